import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../foundation/digest-file.ts';
import { withLock } from '../foundation/lock-file.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { replaceFile } from '../foundation/replace-file.ts';

/** A file in the cache, named after its content. */
export type CachedFile = {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  /** What the maker wanted to remember with it: an ETag, package versions. */
  readonly notes: Readonly<Record<string, string>>;
};

type IndexEntry = Omit<CachedFile, 'path'>;

export type AddOptions = { readonly signal?: AbortSignal; readonly onWait?: (pid: number) => void };

/**
 * Media kept on this machine: `objects/<sha256>`, found through `index/<digest of the key>.json`, where the key says what
 * the file is ("url …", "kernel of …"). Every file appears by rename, so a reader never sees half of one; the makers of
 * one key wait for each other. The whole folder may be deleted at any time.
 */
export type MediaCache = {
  /** Folder for the work and downloads of one kind of media, created. */
  folder(name: string): Promise<string>;
  find(key: string): Promise<CachedFile | undefined>;
  /** Whatever it is the file of. */
  findContent(sha256: string): Promise<CachedFile | undefined>;
  /** The file of that key, made by `make` (which writes to the path it is given) when it is not there. */
  findOrMake(key: string, make: Make, options?: AddOptions): Promise<CachedFile>;
  /** Makes the file again even when it is there. */
  make(key: string, make: Make, options?: AddOptions): Promise<CachedFile>;
  /** SHA-256 of a file outside the cache, remembered as long as its size, times and inode stay the same. */
  digestOf(path: string, signal?: AbortSignal): Promise<string>;
};

/** Writes the file to `path` and may return notes. */
export type Make = (path: string) => Promise<Readonly<Record<string, string>> | undefined>;

export function openMediaCache(cacheDir: string): MediaCache {
  const root = join(cacheDir, 'media');
  const store = storeIn(root);
  const make = async (key: string, maker: Make, again: boolean, options: AddOptions): Promise<CachedFile> =>
    withLock(
      join(root, 'locks', keyName(key)),
      async () => (again ? undefined : await store.find(key)) ?? (await store.add(key, maker)),
      options,
    );
  return {
    find: store.find,
    findContent: store.findContent,
    folder: (name) => ensureFolder(join(root, name)),
    findOrMake: async (key, maker, options = {}) =>
      (await store.find(key)) ?? (await make(key, maker, false, options)),
    make: (key, maker, options = {}) => make(key, maker, true, options),
    digestOf: async (path, signal) => {
      const key = await identityOf(path);
      const known = await store.readIndex(key);
      if (known) return known.sha256;
      const sha256 = await digestFile(path, 'sha256', signal);
      // A file that changed while it was read must not be remembered under its old identity.
      if ((await identityOf(path)) === key) await store.writeIndex(key, { sha256, size: 0, notes: {} });
      return sha256;
    },
  };
}

type Store = {
  readIndex(key: string): Promise<IndexEntry | undefined>;
  writeIndex(key: string, entry: IndexEntry): Promise<void>;
  find(key: string): Promise<CachedFile | undefined>;
  findContent(sha256: string): Promise<CachedFile | undefined>;
  add(key: string, maker: Make): Promise<CachedFile>;
};

function storeIn(root: string): Store {
  const indexPath = (key: string): string => join(root, 'index', `${keyName(key)}.json`);
  const objectPath = (sha256: string): string => join(root, 'objects', sha256);

  const writeIndex = async (key: string, entry: IndexEntry): Promise<void> => {
    await ensureFolder(join(root, 'index'));
    await replaceFile(indexPath(key), `${JSON.stringify({ key, ...entry }, null, 2)}\n`);
  };
  const readIndex = async (key: string): Promise<IndexEntry | undefined> =>
    readEntry(indexPath(key)).catch(ifMissing);
  /** Whether the object is what was put there: its size and time tell, so nothing is read again. */
  const isUntouched = async ({ sha256, size }: IndexEntry): Promise<boolean> => {
    const [placed, found] = await Promise.all([
      readIndex(objectKey(sha256)),
      stat(objectPath(sha256), { bigint: true }).catch(ifMissing),
    ]);
    return Number(found?.size) === size && placed?.notes.mtimeNs === String(found?.mtimeNs);
  };
  const find = async (key: string): Promise<CachedFile | undefined> => {
    const entry = await readIndex(key);
    if (entry === undefined || !(await isUntouched(entry))) return undefined;
    await touch(key);
    return { ...entry, path: objectPath(entry.sha256) };
  };
  /** When it was last asked for, which decides what goes first when the cache is pruned. */
  const touch = async (key: string): Promise<void> => {
    const now = new Date();
    // Another process may be renewing or pruning it, or the folder may be read-only: it is only a hint.
    await utimes(indexPath(key), now, now).catch(() => undefined);
  };
  const findContent = async (sha256: string): Promise<CachedFile | undefined> => {
    const placed = await readIndex(objectKey(sha256));
    if (placed === undefined || !(await isUntouched(placed))) return undefined;
    await touch(objectKey(sha256));
    return { ...placed, notes: {}, path: objectPath(sha256) };
  };
  /** One record for all keys of the object: a second key with the same content must not make the first one's invalid. */
  const place = async (temporary: string, { sha256, size, notes }: IndexEntry): Promise<void> => {
    if (await isUntouched({ sha256, size, notes })) return;
    const { mtimeNs } = await stat(temporary, { bigint: true });
    await rename(temporary, objectPath(sha256));
    await writeIndex(objectKey(sha256), { sha256, size, notes: { mtimeNs: String(mtimeNs) } });
  };
  const add = async (key: string, maker: Make): Promise<CachedFile> => {
    await ensureFolder(join(root, 'objects'));
    const temporary = join(root, 'objects', `.making-${randomUUID()}`);
    try {
      const notes = (await maker(temporary)) ?? {};
      const sha256 = await digestFile(temporary, 'sha256');
      const entry = { sha256, size: (await stat(temporary)).size, notes };
      await place(temporary, entry);
      await writeIndex(key, entry);
      return { ...entry, path: objectPath(sha256) };
    } finally {
      await rm(temporary, { force: true });
    }
  };
  return { readIndex, writeIndex, find, findContent, add };
}

async function readEntry(path: string): Promise<IndexEntry | undefined> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const { sha256, size, notes } = (value ?? {}) as Partial<IndexEntry>;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || typeof size !== 'number')
    return undefined;
  return { sha256, size, notes: notes ?? {} };
}

/** Changes with the file: path, size, times to the nanosecond, inode. */
async function identityOf(path: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(path, { bigint: true });
  return `file ${path} ${size} ${mtimeNs} ${ctimeNs} ${dev}:${ino}`;
}

function objectKey(sha256: string): string {
  return `object ${sha256}`;
}

function keyName(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}

async function ensureFolder(path: string): Promise<string> {
  await makeFolder(path);
  return path;
}

/** A cache entry that is gone or unreadable as JSON is no entry; everything else is an error. */
function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
  throw error;
}
