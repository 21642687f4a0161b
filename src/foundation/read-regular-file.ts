import { constants, type Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { formatSize, mebibytes } from './size.ts';

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
    if (!found.isFile()) return { kind: 'unreadable', why: `is ${fileType(found)}, not a file` };
    if (found.size > limit) {
      const why = `is too big: ${formatSize(found.size)}, and ${formatSize(limit)} is the most`;
      return { kind: 'unreadable', why };
    }
    return { kind: 'content', content: await readFile(path) };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', why: 'does not exist', cause };
    return {
      kind: 'unreadable',
      why: whyUnreadable(code) ?? `cannot be read (${code ?? String(cause)})`,
      cause,
    };
  }
}

/** For a file of Kiln's own: should something else have put a pipe there, nobody waits for its writer. */
export const READ_AT_ONCE = { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NONBLOCK } as const;

/** Far more than anybody writes by hand. */
const LARGEST_TEXT = mebibytes(16);

/**
 * A text that is read whole.
 * @param refuse makes the caller's error; `why` goes on after the file's name
 */
export async function readTextFile(
  path: string,
  refuse: (why: string, cause: unknown) => Error,
  limit = LARGEST_TEXT,
): Promise<string> {
  const text = await readTextIfThere(path, refuse, limit);
  if (text === undefined) throw refuse('does not exist', undefined);
  return text;
}

/** The same; undefined when there is no such file. */
export async function readTextIfThere(
  path: string,
  refuse: (why: string, cause: unknown) => Error,
  limit = LARGEST_TEXT,
): Promise<string | undefined> {
  const file = await readRegularFile(path, limit);
  if (file.kind === 'missing') return undefined;
  if (file.kind !== 'content') throw refuse(file.why, file.cause);
  if (file.content.includes(0)) throw refuse('is no text: it holds NUL bytes', undefined);
  return Buffer.from(file.content).toString('utf8');
}

/** Why a file that another program reads cannot be used, in words that go on after its name; undefined when it can. */
export async function whyNoFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? undefined : `is ${fileType(found)}, not a file`;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    return missing ? 'does not exist' : (whyUnreadable(code) ?? `cannot be read (${code})`);
  }
}

/** An errno(3) name in words that go on after the file's name; undefined for one that says nothing about the file. */
export const whyUnreadable = (code: string | undefined): string | undefined => WHY[code ?? ''];

/** errno(3) in words. */
const WHY: Readonly<Record<string, string>> = {
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'cannot be reached: symbolic links go round in a circle there',
  ENAMETOOLONG: 'has a name that is too long for the file system',
  EIO: 'cannot be read: the disk reports an error',
  EMFILE: 'cannot be read: too many files are open (raise the limit with ulimit -n)',
  ENFILE: 'cannot be read: too many files are open on this machine',
};

/** `a folder`, `a pipe`: what a path that is no file leads to. */
export function fileType(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
