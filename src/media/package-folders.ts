import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';
import { withLock } from '../foundation/lock-file.ts';
import { ownFolders } from '../foundation/own-folder.ts';
import { isAlive } from '../foundation/process-identity.ts';
import { removeIfEmpty } from '../foundation/remove-if-empty.ts';

/** A folder that packages of Debian were fetched to. */
export type PackageFolder = {
  readonly path: string;
  /** What the packages are for. */
  readonly uses: readonly [string];
  readonly sizeBytes: number;
  readonly lastUsed: Date;
};

/** In the folder for media; has a folder for each suite, and those that processes make for themselves. */
export const DEBIAN_FOLDER = 'debian';

/** The lock of a suite's folder; taken and given back in it, so the folder's time is that of its last use. */
export const packageLock = (folder: string): string => join(folder, LOCK);
const LOCK = 'lock';

/** All but those that a live process has made for itself. */
export async function listPackageFolders(mediaFolder: string): Promise<readonly PackageFolder[]> {
  const root = join(mediaFolder, DEBIAN_FOLDER);
  const owned = new Map((await ownFolders(root)).map(({ path, owner }) => [path, owner]));
  const entries = await readdir(root, { withFileTypes: true }).catch(ifMissing([]));
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = names.map(async (name) => {
    const path = join(root, name);
    const owner = owned.get(path);
    if (owner !== undefined && isAlive(owner)) return undefined;
    const use = owner === undefined ? `packages for debian-offline:${name}` : 'left by an interrupted run';
    const { mtime } = (await stat(path).catch(ifMissing(undefined))) ?? {};
    return mtime && { path, uses: [use] as const, sizeBytes: await sizeOf(path), lastUsed: mtime };
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** Waits for who works in it; who comes meanwhile finds it empty. */
export async function removePackageFolder(path: string): Promise<void> {
  await withLock(packageLock(path), async () => {
    const names = (await readdir(path)).filter((name) => name !== LOCK);
    await Promise.all(names.map((name) => rm(join(path, name), { recursive: true, force: true })));
  });
  await removeIfEmpty(path);
}

/** Of all files in a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]));
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map((file) => stat(join(file.parentPath, file.name)).catch(ifMissing(undefined)));
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
