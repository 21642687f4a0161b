import { readFile, stat } from 'node:fs/promises';
import { formatSize } from './size.ts';

export type RegularFile =
  | { readonly kind: 'content'; readonly content: Uint8Array }
  | { readonly kind: 'missing' | 'unreadable'; readonly why: string; readonly cause?: unknown };

/**
 * A file that is read whole because it must be small. Looked at before it is opened: a pipe would wait for its writer for ever, a
 * device has no end. `why` goes on after the file's name.
 */
export async function readRegularFile(path: string, limit: number): Promise<RegularFile> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { kind: 'unreadable', why: `is ${kindOf(found)}, not a file` };
    if (found.size > limit) {
      const why = `is too big: ${formatSize(found.size)}, and ${formatSize(limit)} is the most`;
      return { kind: 'unreadable', why };
    }
    return { kind: 'content', content: await readFile(path) };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', why: 'does not exist', cause };
    return { kind: 'unreadable', why: `cannot be read (${code ?? String(cause)})`, cause };
  }
}

function kindOf(found: Awaited<ReturnType<typeof stat>>): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
