import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { writeFile } from '../foundation/write-file.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { hasPvhEntry, type KernelPayload, kernelPayload } from './kernel-image.ts';
import { openMediaCache } from './media-cache.ts';

export type UncompressOptions = {
  readonly kernelPath: string;
  /** Of that file. */
  readonly sha256: string;
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

/**
 * The kernel as the ELF file that its compressed image holds, unpacked once and cached; undefined when there is none that QEMU could
 * enter. An emulated CPU takes seconds to unpack a kernel (1.6 of the test installer's 6 with xz), this machine's takes tenths.
 * @throws CancelledError
 */
export async function uncompressedKernel(options: UncompressOptions): Promise<string | undefined> {
  const { kernelPath, sha256, cacheDir, logger = silentLogger } = options;
  const cache = openMediaCache(cacheDir);
  const key = `uncompressed kernel of ${sha256}`;
  const known = await cache.find(key);
  if (known !== undefined) return known.notes.entry === 'pvh' ? known.path : undefined;
  const image = await readFile(kernelPath);
  const payload = kernelPayload(image);
  if (payload === undefined) return undefined;
  try {
    const packed = image.subarray(payload.offset, payload.offset + payload.length);
    const made = await cache.findOrMake(key, async (path) => {
      await unpack(packed, payload.compression, path, options);
      return { entry: hasPvhEntry(await readFile(path)) ? 'pvh' : 'none' };
    });
    return made.notes.entry === 'pvh' ? made.path : undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // The guest can unpack it by itself, only more slowly.
    logger.warn(`${kernelPath} could not be unpacked on the host: ${error.message}`);
    return undefined;
  }
}

async function unpack(
  packed: Buffer,
  compression: KernelPayload['compression'],
  path: string,
  { signal, logger }: UncompressOptions,
): Promise<void> {
  if (compression === 'gzip') return writeFile(path, await promisify(gunzip)(packed));
  const suffix = compression === 'xz' ? 'xz' : 'zst';
  await writeFile(`${path}.${suffix}`, packed);
  // Both write beside their input, without its suffix; xz removes the input by itself.
  await runCommand(
    compression,
    ['-d', '-q', ...(compression === 'zstd' ? ['--rm'] : []), `${path}.${suffix}`],
    {
      ...(signal ? { signal } : {}),
      ...(logger ? { logger } : {}),
    },
  );
}
