import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileContent } from './file-content.ts';

/** An image that Kiln has begun carries its content's mark until it is whole, so that the next run finds it. */
export const MARK_PROPERTY = 'kiln_begun';

const SAMPLE = 2 ** 20;

/**
 * Names a content well enough to find what was begun of it, without reading all of it: its length, first and last MiB. What is found is
 * sent again from the beginning and compared, so two contents with one mark do no harm.
 */
export async function contentMark({ path, size }: FileContent): Promise<string> {
  const hash = createHash('sha256').update(`${size}\n`);
  const file = await open(path);
  try {
    for (const position of [0, Math.max(0, size - SAMPLE)]) {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(SAMPLE), position });
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
