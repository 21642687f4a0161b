import { resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import { fetchMedia } from '../media/fetch-media.ts';
import type { MediaSource } from '../media/install-media.ts';
import { proxyFrom } from '../media/proxy-fetch.ts';
import { readChecksum } from '../spec/words.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { mediaWord } from './inspect-media-command.ts';
import { listenForInterruption } from './interruption.ts';
import type { FetchOptions } from './media-commands.ts';
import { outputPath } from './output-option.ts';
import { safeJson, safeLine } from './safe-text.ts';

/** `kiln media fetch URL`: prints the path of the file in the cache, or where it was asked for. */
export async function runFetchMedia(url: string, options: FetchOptions, io: CliIo): Promise<void> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const show = progressLine(io);
  try {
    const proxy = proxyFrom(io.env);
    const { output } = options;
    const target = output === undefined ? undefined : outputPath('--output', output, io.cwd);
    const file = await fetchMedia(sourceOf(url, options, io.cwd), {
      cacheDir: placesFrom(io.env).cache,
      offline: options.offline === true,
      logger: cliLogger(io.err, options.verbose === true),
      signal: interruption.signal,
      onProgress: ({ detail, percent }) => show(percent === undefined ? detail : `${detail} (${percent} %)`),
      ...(proxy === undefined ? {} : { proxy }),
      ...(target === undefined ? {} : { target }),
    });
    show('');
    const { sha256, size: sizeBytes, fromCache, checked } = file;
    const path = target ?? file.path;
    if (options.json) io.out.write(`${safeJson({ path, sha256, sizeBytes, fromCache, checked }, 2)}\n`);
    else {
      const against = checked?.where === undefined ? '' : `, as ${checked.where} lists`;
      const signed = checked?.signedBy === undefined ? '' : `, signed by ${checked.signedBy}`;
      const from = fromCache ? ', from the cache' : '';
      io.err.write(`${safeLine(`${formatSize(sizeBytes)}, sha256:${sha256}${against}${signed}${from}`)}\n`);
      io.out.write(`${path}\n`);
    }
  } finally {
    show('');
    interruption.end();
  }
}

function sourceOf(url: string, options: FetchOptions, cwd: string): MediaSource {
  const { checksum, checksums, signature, keyring, mirror } = options;
  if (checksums === undefined && (signature ?? keyring) !== undefined)
    throw new SpecError(
      'options.invalid',
      '--signature and --keyring are about the list that --checksums names.',
    );
  return {
    kind: 'import',
    from: url,
    ...(checksum === undefined ? {} : { pin: pinOf(checksum) }),
    ...(checksums === undefined ? {} : { checksums: mediaWord(checksums, cwd) }),
    ...(signature === undefined ? {} : { signature: mediaWord(signature, cwd) }),
    ...(keyring === undefined ? {} : { keyring: resolve(cwd, keyring) }),
    ...(mirror === undefined || mirror.length === 0 ? {} : { mirrors: mirror }),
  };
}

function pinOf(text: string): NonNullable<MediaSource['pin']> {
  try {
    return readChecksum(text);
  } catch (error) {
    throw new SpecError(
      'options.invalid',
      `--checksum ${error instanceof Error ? error.message : String(error)}.`,
      {
        cause: error,
      },
    );
  }
}

/** One line that is written over, on a terminal alone. */
function progressLine(io: CliIo): (text: string) => void {
  let shown = '';
  return (text) => {
    if (!io.err.isTerminal || text === shown) return;
    shown = text;
    io.err.write(`\r\u001b[K${safeLine(text)}`);
  };
}
