import { chmod, chown, lstat, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { makeFolder } from '../../foundation/make-folder.ts';
import { abandonedFolders } from '../../foundation/own-folder.ts';
import { pathInside } from '../../foundation/path-inside.ts';
import { removeIfEmpty } from '../../foundation/remove-if-empty.ts';
import { replaceFile } from '../../foundation/replace-file.ts';
import { filesBelow } from './files-below.ts';
import { MENUS_LIST } from './menus-list.ts';

/** Of the folder in the menus' own that an export is prepared in: the same file system, and the menus may be a mount point. */
export const DRAFT_PREFIX = '.kiln-export.';

/** In it: what is to be moved, and, once that is complete, what is to be removed. */
export const newFilesIn = (place: string): string => join(place, 'new');
const removalsIn = (place: string): string => join(place, 'remove.json');

/** From here on the export is carried out, by the next one if this is killed. @param removals relative paths */
export function declareComplete(place: string, removals: readonly string[]): Promise<void> {
  return replaceFile(removalsIn(place), JSON.stringify(removals));
}

/** Carries out exports that were killed when they were complete, and takes away the others. */
export async function finishDrafts(folder: string): Promise<void> {
  for (const place of await abandonedFolders(folder, DRAFT_PREFIX)) {
    const removals = await declaredRemovals(place);
    if (removals !== undefined) await putInPlace(folder, place, removals);
    await rm(place, { recursive: true, force: true });
  }
}

/** Undefined when the export was not complete. */
async function declaredRemovals(place: string): Promise<readonly string[] | undefined> {
  const text = await readFile(removalsIn(place), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 'null';
    throw error;
  });
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined; // it was replaced as a whole, so nothing of Kiln's is in it
  }
}

/**
 * File by file, each at once; the list of them comes last, the main menu right before it. May be done again after half of it.
 * @param removals relative paths; what lies elsewhere stays
 */
export async function putInPlace(folder: string, place: string, removals: readonly string[]): Promise<void> {
  const from = newFilesIn(place);
  const paths = [...(await filesBelow(from))].sort((a, b) => rank(a) - rank(b));
  for (const path of paths) {
    await makeFolder(dirname(join(folder, path)));
    await takeRights(join(folder, path), join(from, path));
    await rename(join(from, path), join(folder, path));
  }
  for (const path of removals) {
    const holder = await pathInside(folder, dirname(path)).catch(() => undefined);
    if (holder === undefined) continue;
    await rm(join(holder, basename(path)), { force: true });
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above))
      await removeIfEmpty(join(folder, above));
  }
}

function rank(path: string): number {
  if (path.startsWith(MENUS_LIST)) return path === MENUS_LIST ? 3 : 2;
  return path.startsWith('menu.ipxe') ? 1 : 0;
}

/** A file that takes another's place keeps its mode, and its owner where root writes. */
async function takeRights(old: string, coming: string): Promise<void> {
  const was = await lstat(old).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (was?.isFile() !== true) return;
  const is = await lstat(coming);
  if (was.uid !== is.uid || was.gid !== is.gid)
    await chown(coming, was.uid, was.gid).catch((error: NodeJS.ErrnoException) => {
      // Only root gives files away; another's file in a folder one may write to becomes one's own, as with any editor.
      if (error.code !== 'EPERM') throw error;
    });
  if (was.mode !== is.mode) await chmod(coming, was.mode & 0o7777);
}
