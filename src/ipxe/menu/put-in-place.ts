import { chmod, chown, lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { HostError, KilnError } from '../../foundation/errors.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { abandonedFolders } from '../../foundation/own-folder.ts';
import { pathInside } from '../../foundation/path-inside.ts';
import { removeIfEmpty } from '../../foundation/remove-if-empty.ts';
import { replaceFile } from '../../foundation/replace-file.ts';
import { asKilnError } from '../../foundation/system-error.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import { filesBelow } from './files-below.ts';
import { makeFoldersBelow } from './make-folders-below.ts';
import { type MenusFolder, requireStillThere } from './menus-folder.ts';
import { MENUS_LIST } from './menus-list.ts';
import { requirePlaces } from './require-places.ts';

/** Of the folder in the menus' own that an export is prepared in: the same file system, and the menus may be a mount point. */
export const DRAFT_PREFIX = '.kiln-export.';

/** In it: what is to be moved, and, once that is complete, what is to be removed. */
export const newFilesIn = (place: string): string => join(place, 'new');
const removalsIn = (place: string): string => join(place, 'remove.json');

/** From here on the export is carried out, by the next one if this is killed or fails. @param removals relative paths */
export function declareComplete(place: string, removals: readonly string[]): Promise<void> {
  return replaceFile(removalsIn(place), JSON.stringify(removals));
}

/**
 * Carries out exports that were killed, or failed, when they were complete, and takes away those that were killed before. For the holder of
 * the folder's lock: then a complete one is none that is being carried out, whoever began it.
 * @throws HostError `ipxe.half-exported`, `ipxe.folder-moved`
 */
export async function finishDrafts(folder: MenusFolder): Promise<void> {
  const abandoned = await abandonedFolders(folder.path, DRAFT_PREFIX);
  for (const place of await draftsIn(folder.path)) {
    const removals = await declaredRemovals(place);
    if (removals !== undefined) await finishDraft(folder, place, removals);
    else if (abandoned.includes(place)) await rm(place, { recursive: true, force: true });
  }
}

async function finishDraft(folder: MenusFolder, place: string, removals: readonly string[]): Promise<void> {
  await requireMovable(folder.path, place, removals).catch((error: unknown) => {
    throw halfExported(folder, place, error);
  });
  await putInPlace(folder, place, removals);
}

async function draftsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(DRAFT_PREFIX))
    .map(({ name }) => join(folder, name));
}

/** Undefined when the export was not complete. */
async function declaredRemovals(place: string): Promise<readonly string[] | undefined> {
  const text = await readFile(removalsIn(place), 'utf8').catch(ifMissing('null'));
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined; // it was replaced as a whole, so nothing of Kiln's is in it
  }
}

/**
 * Whether all of it can be put in place: half of the menus new and half old would be worse than none.
 * @throws as `requirePlaces`
 */
export async function requireMovable(
  folder: string,
  place: string,
  removals: readonly string[],
): Promise<void> {
  const gone = await removable(folder, removals);
  await requirePlaces(folder, place, [...(await filesBelow(newFilesIn(place))), ...gone.keys()]);
}

/**
 * File by file, each at once; the list of them comes last, the main menu right before it. May be done again after half of it. The draft goes
 * when all is in place.
 * @param removals relative paths; what lies elsewhere stays
 * @throws HostError `ipxe.half-exported`, `ipxe.folder-moved`; the draft stays for the next export then
 */
export async function putInPlace(
  folder: MenusFolder,
  place: string,
  removals: readonly string[],
): Promise<void> {
  await requireStillThere(folder);
  try {
    await moveFiles(folder, newFilesIn(place));
    await removeFiles(folder.path, removals);
  } catch (error) {
    throw halfExported(folder, place, error);
  }
  await requireStillThere(folder);
  await rm(place, { recursive: true, force: true });
}

async function moveFiles(folder: MenusFolder, from: string): Promise<void> {
  const paths = [...(await filesBelow(from))].sort((a, b) => rank(a) - rank(b));
  for (const path of paths) {
    const [coming, target] = [join(from, path), join(folder.path, path)];
    try {
      // Renaming fails in another folder, since the draft is not in it; making folders would not.
      if (path.includes('/')) await requireStillThere(folder);
      await makeFoldersBelow(folder.path, path);
      await takeRights(target, coming);
      await rename(coming, target);
    } catch (error) {
      throw aboutFile(error, target);
    }
  }
}

async function removeFiles(folder: string, removals: readonly string[]): Promise<void> {
  for (const [path, file] of await removable(folder, removals)) {
    await rm(file, { force: true });
    // One that must stay, as a link or a mount point does, is no worse empty.
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above))
      await removeIfEmpty(join(folder, above)).catch(() => {});
  }
}

/** Where those that lie in the folder really are. One that somebody has put a folder in the place of is gone already. */
async function removable(folder: string, removals: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of removals) {
    const holder = await pathInside(folder, dirname(path)).catch(() => undefined);
    if (holder === undefined) continue;
    const file = join(holder, basename(path));
    const found = await lstat(file).catch(() => undefined);
    if (found?.isDirectory() === false) files.set(path, file);
  }
  return files;
}

function rank(path: string): number {
  if (path.startsWith(MENUS_LIST)) return path === MENUS_LIST ? 3 : 2;
  return path.startsWith('menu.ipxe') ? 1 : 0;
}

/** A file that takes another's place keeps its mode, and its owner where root writes. */
async function takeRights(old: string, coming: string): Promise<void> {
  const was = await lstat(old).catch(ifMissing(undefined));
  if (was?.isFile() !== true) return;
  const is = await lstat(coming);
  if (was.uid !== is.uid || was.gid !== is.gid)
    await chown(coming, was.uid, was.gid).catch((error: NodeJS.ErrnoException) => {
      // Only root gives files away; another's file in a folder one may write to becomes one's own, as with any editor.
      if (error.code !== 'EPERM') throw error;
    });
  if (was.mode !== is.mode) await chmod(coming, was.mode & 0o7777);
}

function halfExported({ target }: MenusFolder, place: string, error: unknown): unknown {
  const known = asKilnError(error);
  if (!(known instanceof Error) || (known instanceof KilnError && known.code === 'ipxe.folder-moved'))
    return known;
  return new HostError(
    'ipxe.half-exported',
    `The export into ${target} is not complete, some files are new and others old: ${known.message} Then export again, which puts ` +
      `in place first what is left of this one, in ${basename(place)}.`,
    { cause: error, details: { folder: target } },
  );
}
