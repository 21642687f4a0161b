import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { MediaPin } from './install-media.ts';

/** Digest of a file in lower case hexadecimal, read in pieces, so memory stays constant for any size. */
export async function fileDigest(
  path: string,
  algorithm: MediaPin['algorithm'] = 'sha256',
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  const stream = createReadStream(path, { highWaterMark: 2 ** 20, ...(signal ? { signal } : {}) });
  for await (const piece of stream) hash.update(piece as Buffer);
  return hash.digest('hex');
}
