import { existsSync } from 'node:fs';
import { readdir, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { withLock } from '../../foundation/lock-file.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { newOwnFolder } from '../../foundation/own-folder.ts';
import { removeIfEmpty } from '../../foundation/remove-if-empty.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { editedFiles, isAsListed, type OnEdited, refuseEdited } from './edited-files.ts';
import { filesBelow } from './files-below.ts';
import type { MenuFile } from './menu-options.ts';
import { listText, MENUS_LIST, type MenusList, readMenusList } from './menus-list.ts';
import { DRAFT_PREFIX, declareComplete, finishDrafts, newFilesIn, putInPlace } from './put-in-place.ts';

export type ExportOptions = {
  readonly version: string;
  readonly onEdited?: OnEdited;
  /** Puts signatures beside the files named, the list among them, before any is put in place. */
  readonly sign?: (folder: string, names: readonly string[]) => Promise<void>;
  /** Leaves everything as it was, until the files begin to move; from then on the export is carried out. */
  readonly signal?: AbortSignal;
};

/**
 * Writes the files into the folder, or the one a link leads to. All are made first; then each replaces its forerunner at once, and those of
 * the export before that are no more are removed. Exports into one folder wait for each other. A killed export is carried out by the next
 * one, or leaves everything as it was. The folder itself and what somebody has put beside the menus are not touched; a folder without menus
 * that holds anything is left alone.
 * @returns the edited files that were kept
 * @throws SpecError `ipxe.not-menus`, `ipxe.edited`; CancelledError
 */
export async function exportMenus(
  files: readonly MenuFile[],
  target: string,
  options: ExportOptions,
): Promise<readonly string[]> {
  const isNew = !existsSync(target);
  await makeFolder(target).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTDIR' ? notMenus(target, error) : error;
  });
  const folder = await realpath(target);
  try {
    const work = async (): Promise<readonly string[]> => {
      await finishDrafts(folder);
      await requireMenusOrNothing(folder);
      return writeMenus(files, folder, options);
    };
    const { signal } = options;
    return await withLock(join(folder, `${DRAFT_PREFIX}lock`), work, signal === undefined ? {} : { signal });
  } finally {
    if (isNew) await removeIfEmpty(folder);
  }
}

async function writeMenus(
  files: readonly MenuFile[],
  folder: string,
  { version, onEdited = 'refuse', sign = async () => {}, signal }: ExportOptions,
): Promise<readonly string[]> {
  const before = await listBefore(folder);
  const edited = await editedFiles(folder, files, before);
  if (edited.size > 0 && onEdited === 'refuse') {
    const coming = new Set(files.map(({ path }) => path));
    const paths = [...edited.keys()];
    refuseEdited(
      folder,
      paths,
      paths.filter((path) => !coming.has(path)),
    );
  }
  const keeping = onEdited === 'keep' ? edited : [];
  const kept = [...keeping].map(([path]) => path);
  const all = new Map<string, string | Uint8Array>([
    ...files.map(({ path, text }) => [path, text] as const),
    ...keeping,
  ]);
  const place = await newOwnFolder(folder, DRAFT_PREFIX);
  try {
    const draft = newFilesIn(place);
    for (const [path, content] of all) {
      await makeFolder(dirname(join(draft, path)));
      await writeFile(join(draft, path), content);
    }
    await writeFile(join(draft, MENUS_LIST), listText(all, version, kept));
    await sign(draft, [MENUS_LIST, ...all.keys()]);
    for (const path of kept) await rm(join(draft, path));
    const staying = new Set([...(await filesBelow(draft)), ...kept]);
    const gone = await removals(folder, before, staying, edited);
    signal?.throwIfAborted();
    await declareComplete(place, gone);
    await putInPlace(folder, place, gone);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  return kept;
}

/**
 * What was exported before and is no more, but not what is edited while this runs; with signatures where they were
 * Kiln's.
 */
async function removals(
  folder: string,
  before: MenusList,
  staying: ReadonlySet<string>,
  edited: ReadonlyMap<string, unknown>,
): Promise<readonly string[]> {
  const wasSigned = existsSync(join(folder, `${MENUS_LIST}.sig`));
  const signatures = [MENUS_LIST, ...before.files.keys()].map((path) => `${path}.sig`);
  const gone = wasSigned ? signatures.filter((path) => !staying.has(path)) : [];
  for (const path of before.files.keys())
    if (!staying.has(path) && (edited.has(path) || (await isAsListed(folder, path, before)))) gone.push(path);
  return gone;
}

async function listBefore(folder: string): Promise<MenusList> {
  return readMenusList(folder).catch((error: unknown) => {
    if (error instanceof SpecError) return { files: new Map<string, string>(), edited: [] };
    throw error;
  });
}

async function requireMenusOrNothing(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(DRAFT_PREFIX));
  if (names.length > 0 && !names.includes(MENUS_LIST)) throw notMenus(folder);
}

function notMenus(folder: string, cause?: unknown): SpecError {
  return new SpecError(
    'ipxe.not-menus',
    `${folder} holds something else than exported menus (no ${MENUS_LIST}); name a new or an empty folder.`,
    { cause, details: { folder } },
  );
}
