import { join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { readRegularFile } from '../../foundation/read-regular-file.ts';
import type { MenuFile } from './menu-options.ts';
import { LARGEST_FILE, MENUS_LIST, type MenusList, sha256Of } from './menus-list.ts';
import { someOf } from './some-of.ts';

/** What becomes of files that are not as Kiln wrote them. */
export type OnEdited = 'refuse' | 'keep' | 'overwrite';

/**
 * Those files that are there already with a content that neither Kiln wrote, by its list, nor would write now: the user's edits, and
 * files of the user's own in the place of a menu. Of files to be written, and of those that were exported before and are no more.
 * @returns their contents by path
 * @throws SpecError `ipxe.edited` when no file can be written there: a folder
 */
export async function editedFiles(
  folder: string,
  coming: readonly MenuFile[],
  list: MenusList,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const texts = new Map(coming.map(({ path, text }) => [path, text] as const));
  for (const path of new Set([...texts.keys(), ...list.files.keys()])) {
    const text = texts.get(path);
    const file = await readRegularFile(join(folder, path), LARGEST_FILE);
    if (file.kind === 'missing') continue;
    if (file.kind === 'content') {
      const isComing = text !== undefined && Buffer.from(text).equals(file.content);
      if (!isComing && !isOurs(path, file.content, list)) found.set(path, file.content);
    } else if (text !== undefined) throw inTheWay(folder, path, file.why);
  }
  return found;
}

/** Whether a file is as the list says; one that is not there is. */
export async function isAsListed(folder: string, path: string, list: MenusList): Promise<boolean> {
  const file = await readRegularFile(join(folder, path), LARGEST_FILE);
  if (file.kind === 'missing') return true;
  return file.kind === 'content' && isOurs(path, file.content, list);
}

function isOurs(path: string, content: Uint8Array, { files, edited }: MenusList): boolean {
  return files.get(path) === sha256Of(content) && !edited.includes(path);
}

/**
 * @param gone those among the paths that are no more among the menus
 * @throws SpecError `ipxe.edited`
 */
export function refuseEdited(folder: string, paths: readonly string[], gone: readonly string[]): never {
  const removed = gone.length === 0 ? '' : ` (to remove ${someOf(gone)}, which the menus have no more)`;
  throw new SpecError(
    'ipxe.edited',
    `${folder} holds files that Kiln did not write so: ${someOf(paths)}. Export with --keep-edited to keep them as they are, ` +
      `or with --force to overwrite them${removed}.`,
    { details: { files: paths } },
  );
}

/** @throws SpecError `ipxe.edited` */
export function refuseDamagedList(folder: string, paths: readonly string[]): never {
  const list = join(folder, MENUS_LIST);
  throw new SpecError(
    'ipxe.edited',
    `${list} is damaged or cannot be read, so nobody can tell which files Kiln wrote: ${someOf(paths)}. Export with --force to ` +
      'overwrite them, or with --keep-edited to keep them as they are.',
    { details: { files: paths, list } },
  );
}

/** @param what the menus have there */
export function inTheWay(folder: string, path: string, why: string, what = 'a file'): SpecError {
  return new SpecError(
    'ipxe.edited',
    `${join(folder, path)} ${why}; move it away, the menus have ${what} there.`,
    {
      details: { files: [path] },
    },
  );
}
