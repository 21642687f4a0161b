import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { withLock } from '../../foundation/lock-file.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { newOwnFolder } from '../../foundation/own-folder.ts';
import { removeIfEmpty } from '../../foundation/remove-if-empty.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { editedFiles, isAsListed, type OnEdited, refuseDamagedList, refuseEdited } from './edited-files.ts';
import { filesBelow } from './files-below.ts';
import { makeFoldersBelow } from './make-folders-below.ts';
import type { MenuFile } from './menu-options.ts';
import { isStillThere, type MenusFolder, menusFolder, movedAway, requireStillThere } from './menus-folder.ts';
import { listText, MENUS_LIST, type MenusList, readMenusList } from './menus-list.ts';
import {
  DRAFT_PREFIX,
  declareComplete,
  finishDrafts,
  newFilesIn,
  putInPlace,
  requireMovable,
} from './put-in-place.ts';
import { requireFolders } from './require-places.ts';

export type ExportedMenus = {
  /** The edited files that were left as they are. */
  readonly kept: readonly string[];
  /** The menus before were signed, and these are not. */
  readonly unsigned: boolean;
};

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
 * the export before that are no more are removed. Exports into one folder wait for each other. An export that is killed, or fails, leaves
 * everything as it was, or is carried out by the next one; one that can be seen to fail moves nothing. The folder itself and what somebody
 * has put beside the menus are not touched; a folder without menus that holds anything is left alone.
 * @throws SpecError `ipxe.not-menus`, `ipxe.edited`, `ipxe.leads-out`; HostError `ipxe.folder-moved`, `ipxe.half-exported`; CancelledError
 */
export async function exportMenus(
  files: readonly MenuFile[],
  target: string,
  options: ExportOptions,
): Promise<ExportedMenus> {
  const isNew = !existsSync(target);
  await makeFolder(target).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOTDIR' ? noFolder(target, error) : error;
  });
  const folder = await menusFolder(target);
  const { signal } = options;
  try {
    const work = (): Promise<ExportedMenus> => exportInto(folder, files, options);
    const lock = join(folder.path, `${DRAFT_PREFIX}lock`);
    return await withLock(lock, work, signal === undefined ? {} : { signal });
  } catch (error) {
    // Whatever failed, failed for that.
    const hasMoved = signal?.aborted !== true && !(await isStillThere(folder));
    throw hasMoved ? movedAway(folder, error) : error;
  } finally {
    if (isNew && (await isStillThere(folder))) await removeIfEmpty(folder.path);
  }
}

async function exportInto(
  folder: MenusFolder,
  files: readonly MenuFile[],
  options: ExportOptions,
): Promise<ExportedMenus> {
  await finishDrafts(folder);
  await requireMenusOrNothing(folder.path);
  await requireFolders(
    folder.path,
    files.map(({ path }) => path),
  );
  return writeMenus(files, folder, options);
}

async function writeMenus(
  files: readonly MenuFile[],
  into: MenusFolder,
  { version, onEdited = 'refuse', sign = async () => {}, signal }: ExportOptions,
): Promise<ExportedMenus> {
  const folder = into.path;
  const listed = await listBefore(folder);
  const before = listed ?? { files: new Map<string, string>(), edited: [] };
  const edited = await editedFiles(folder, files, before);
  if (edited.size > 0 && onEdited === 'refuse') {
    if (listed === undefined) refuseDamagedList(folder, [...edited.keys()]);
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
  /** @returns what is to be removed */
  const prepare = async (place: string): Promise<readonly string[]> => {
    const draft = newFilesIn(place);
    await mkdir(draft);
    for (const [path, content] of all) {
      await makeFoldersBelow(draft, path);
      await writeFile(join(draft, path), content);
    }
    await writeFile(join(draft, MENUS_LIST), listText(all, version, kept));
    await sign(draft, [MENUS_LIST, ...all.keys()]);
    for (const path of kept) await rm(join(draft, path));
    const staying = new Set([...(await filesBelow(draft)), ...kept]);
    const gone = await removals(folder, before, staying, edited);
    await requireMovable(folder, place, gone);
    await requireStillThere(into);
    signal?.throwIfAborted();
    await declareComplete(place, gone);
    return gone;
  };
  const place = await newOwnFolder(folder, DRAFT_PREFIX);
  const gone = await prepare(place).catch(async (error: unknown) => {
    await rm(place, { recursive: true, force: true });
    throw error;
  });
  await putInPlace(into, place, gone);
  return { kept, unsigned: gone.includes(`${MENUS_LIST}.sig`) };
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

/** Undefined when there is none of Kiln's: in an empty folder, or for damage. */
async function listBefore(folder: string): Promise<MenusList | undefined> {
  return readMenusList(folder).catch((error: unknown) => {
    if (error instanceof SpecError) return undefined;
    throw error;
  });
}

async function requireMenusOrNothing(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(DRAFT_PREFIX));
  if (names.length > 0 && !names.includes(MENUS_LIST)) throw notMenus(folder);
}

const notMenus = (folder: string): SpecError =>
  new SpecError(
    'ipxe.not-menus',
    `${folder} holds something else than exported menus (no ${MENUS_LIST}); name a new or an empty folder.`,
    { details: { folder } },
  );

const noFolder = (path: string, cause: unknown): SpecError =>
  new SpecError('ipxe.not-menus', `${path} is no folder; menus are exported into one.`, {
    cause,
    details: { folder: path },
  });
