import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import { type Bytes, bytes, formatSize } from '../foundation/size.ts';

/** Free bytes for ordinary users on the filesystem that has, or would have, `path`. */
export async function freeSpace(path: string): Promise<Bytes> {
  const { bavail, bsize } = await statfs(await nearestExisting(path));
  return bytes(bavail * bsize);
}

/** The file system that has, or would have, `path`: `id` is the same for all paths on it, `refusal` why no file can be made there. */
export async function roomAt(
  path: string,
): Promise<{ readonly id: string; readonly freeBytes: number; readonly refusal?: string }> {
  const existing = await nearestExisting(path);
  const { dev } = await stat(existing);
  const refusal = await whyNoFile(existing);
  return { id: String(dev), freeBytes: await freeSpace(existing), ...(refusal ? { refusal } : {}) };
}

async function whyNoFile(existing: string): Promise<string | undefined> {
  if (await isSizeless(existing)) return SIZELESS;
  // libvirt's daemon may be allowed what this user is not; nobody is allowed to write here.
  const error = await access(existing, constants.W_OK).catch((reason: unknown) => reason);
  return codeOf(error) === 'EROFS' ? READ_ONLY : undefined;
}

const SIZELESS = 'is on a file system of 0 B, as those of the kernel are';
const READ_ONLY = 'is on a read-only filesystem';

/**
 * Makes sure that `needed` bytes can be written below `folder`, which need not exist yet. `purpose` completes "for …".
 * @throws HostError `host.no-space`, `host.no-permission`, `host.bad-path`
 */
export async function requireSpace(folder: string, needed: number, purpose: string): Promise<void> {
  const existing = await nearestExisting(folder);
  await requireWritable(existing, folder, purpose);
  const free = await freeSpace(existing);
  if (free >= needed) return;
  if (await isSizeless(existing)) throw noStorage(existing, folder, purpose);
  throw new HostError(
    'host.no-space',
    `${folder} has ${formatSize(free)} free, ${formatSize(needed)} are needed for ${purpose}. Make room there, or choose another folder.`,
    { details: { folder, free, needed } },
  );
}

/** /proc and its like let root write, and no room can be made in them. */
async function isSizeless(existing: string): Promise<boolean> {
  return (await statfs(existing)).blocks === 0;
}

function noStorage(existing: string, folder: string, purpose: string): HostError {
  return new HostError(
    'host.bad-path',
    `${existing} ${SIZELESS}, so ${folder} cannot be used for ${purpose}. Choose another folder.`,
    { details: { folder } },
  );
}

async function requireWritable(existing: string, folder: string, purpose: string): Promise<void> {
  const isFolder = (await stat(existing)).isDirectory();
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    if (!isFolder) throw new Error(`${existing} is not a folder`);
  } catch (error) {
    const why = isFolder ? whyNotWritable(error) : 'is not a folder';
    throw new HostError(
      'host.no-permission',
      `${existing} ${why}, so ${folder} cannot be used for ${purpose}. Choose another folder, or change its permissions.`,
      { cause: error, details: { folder } },
    );
  }
}

function whyNotWritable(error: unknown): string {
  return codeOf(error) === 'EROFS' ? READ_ONLY : 'may not be written by this user';
}

/** The path itself or the closest folder above it that exists. */
export async function nearestExisting(path: string): Promise<string> {
  let current = resolve(path);
  for (;;) {
    try {
      await access(current);
      return current;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EACCES') return dirname(current);
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || current === dirname(current)) throw error;
      current = dirname(current);
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
