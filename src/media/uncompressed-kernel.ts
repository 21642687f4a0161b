import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { aboutWrite } from '../foundation/write-file.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { type ByteSource, fileBytes } from './byte-source.ts';
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
  const payload = await lookAt(kernelPath, kernelPayload);
  if (payload === undefined) return undefined;
  try {
    const made = await cache.findOrMake(key, async (path) => {
      await unpack(payload, path, options);
      return { entry: (await lookAt(path, hasPvhEntry)) ? 'pvh' : 'none' };
    });
    return made.notes.entry === 'pvh' ? made.path : undefined;
  } catch (error) {
    if (!isDamage(error)) throw error;
    // The guest can unpack it by itself, only more slowly.
    logger.warn(`${kernelPath} could not be unpacked on the host: ${error.message}`);
    return undefined;
  }
}

async function lookAt<Found>(path: string, look: (image: ByteSource) => Promise<Found>): Promise<Found> {
  const image = await fileBytes(path);
  return look(image).finally(() => image.close());
}

/** What a program or zlib says of data it cannot unpack. */
function isDamage(error: unknown): error is Error {
  if (error instanceof CommandError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Piece by piece: the kernel is larger than all that Kiln otherwise holds. */
async function unpack(
  { offset, length, compression }: KernelPayload,
  path: string,
  { kernelPath, signal, logger }: UncompressOptions,
): Promise<void> {
  const options = signal ? { signal } : {};
  const packed = createReadStream(kernelPath, { start: offset, end: offset + length - 1 });
  const write = (target: string) => createWriteStream(target);
  if (compression === 'gzip')
    return pipeline(packed, createGunzip(), write(path), options).catch(about(path));
  const target = `${path}.${compression === 'xz' ? 'xz' : 'zst'}`;
  try {
    await pipeline(packed, write(target), options).catch(about(target));
    // Both write beside their input, without its suffix.
    await runCommand(compression, ['-d', '-q', '-k', target], { ...options, ...(logger ? { logger } : {}) });
  } finally {
    await rm(target, { force: true });
  }
}

const about =
  (path: string) =>
  (error: unknown): never => {
    throw aboutWrite(error, path);
  };
