import { existsSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';

/** Something clean-up took away, or would. */
export type CleanedItem = {
  readonly kind: 'domain' | 'storage' | 'path' | 'folder' | 'record';
  readonly what: string;
  readonly bytes: number;
};

/** With all that is in it. */
export async function removePath(path: string, dryRun: boolean): Promise<CleanedItem[]> {
  if (!existsSync(path)) return [];
  const bytes = await diskUsage(path);
  if (!dryRun) await rm(path, { recursive: true, force: true });
  return [{ kind: 'path', what: path, bytes }];
}

/** Only when nothing else is in it; `paths` have been removed, or would have been. */
export async function removeFolder(
  path: string,
  paths: readonly string[],
  dryRun: boolean,
): Promise<CleanedItem[]> {
  if (!existsSync(path)) return [];
  const left = (await readdir(path)).filter((name) => !paths.includes(join(path, name)));
  if (left.length > 0) return [];
  if (!dryRun) await rmdir(path);
  return [{ kind: 'folder', what: path, bytes: 0 }];
}

/** Bytes really taken on disk, holes not counted; symbolic links are not followed. */
export async function diskUsage(path: string): Promise<number> {
  const { isDirectory, bytes } = await stat(path).then(
    (info) => ({ isDirectory: info.isDirectory(), bytes: info.blocks * 512 }),
    () => ({ isDirectory: false, bytes: 0 }),
  );
  if (!isDirectory) return bytes;
  const names = await readdir(path, { withFileTypes: true }).catch(ifMissing([]));
  const sizes = await Promise.all(
    names.map((name) => (name.isSymbolicLink() ? 0 : diskUsage(join(path, name.name)))),
  );
  return sizes.reduce((sum, size) => sum + size, bytes);
}

/** 0 for a file that is not there. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
