import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../foundation/errors.ts';
import { withLock } from '../foundation/lock-file.ts';
import type { Logger } from '../foundation/logger.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { CommandError } from '../process/run-command.ts';
import { assembleIso } from './debian-offline/assemble-iso.ts';
import { archiveFileName } from './debian-offline/control-file.ts';
import { findDebianMirror } from './debian-offline/debian-mirror.ts';
import { noRecipe, type OfflineRecipe, offlineRecipeFor } from './debian-offline/recipe.ts';
import {
  OFFLINE_COMPONENTS,
  type OfflineSelection,
  selectPackages,
} from './debian-offline/select-packages.ts';
import { fetchSuiteLists, type SuiteLists } from './debian-offline/suite-lists.ts';
import type { CachedFile, MediaCache } from './media-cache.ts';
import { DEBIAN_FOLDER, packageLock } from './package-folders.ts';

export type DebianOfflineOptions = {
  /** Use what the cache has and fetch nothing. */
  readonly offline?: boolean;
  /** Look for newer packages even though an ISO is there. */
  readonly refresh?: boolean;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: string) => void;
  /** What the user should know of the mirror. */
  readonly onNotice?: (message: string) => void;
};

/**
 * The offline installer ISO of a Debian suite, with `packages` besides the recipe's, assembled from packages of the mirror this machine's apt uses. Made once;
 * afterwards the cached one is taken without looking at the network, until the recipe changes or `refresh` is asked for.
 * @throws MediaError `media.unavailable`, `media.offline`, `media.mirror-sync`, `media.assembly`, `media.checksum`
 */
export async function debianOfflineIso(
  suite: string,
  packages: readonly string[],
  cache: MediaCache,
  options: DebianOfflineOptions = {},
): Promise<CachedFile> {
  if (options.offline) return findOfflineIso(suite, packages, cache);
  const recipe = recipeFor(suite, packages);
  const key = keyOf(recipe);
  const cached = await cache.find(key);
  if (cached && !options.refresh) return cached;
  const lock = { ...(options.signal ? { signal: options.signal } : {}) };
  const aptFolder = await cache.folder(join(DEBIAN_FOLDER, recipe.suite));
  // ISOs of one suite with different packages share apt's folders, and apt is told not to lock them.
  const make = (path: string) =>
    withLock(packageLock(aptFolder), () => assemble(recipe, aptFolder, path, cached, options), lock);
  return options.refresh ? cache.make(key, make, lock) : cache.findOrMake(key, make, lock);
}

/**
 * The same ISO as the cache has it.
 * @throws MediaError `media.offline` where it was not made yet; `media.unavailable`
 */
export async function findOfflineIso(
  suite: string,
  packages: readonly string[],
  cache: MediaCache,
): Promise<CachedFile> {
  const cached = await cache.find(keyOf(recipeFor(suite, packages)));
  if (cached) return cached;
  throw new MediaError(
    'media.offline',
    `No assembled offline ISO of Debian ${suite} is in the cache, and fetching packages is forbidden by offline mode. ` +
      'Run once without it.',
  );
}

const keyOf = (recipe: OfflineRecipe): string => `debian-offline ${JSON.stringify(recipe)}`;

function recipeFor(suite: string, packages: readonly string[]): OfflineRecipe {
  const recipe = offlineRecipeFor(suite);
  const more = packages.filter((name) => !recipe?.extraPackages.includes(name));
  if (recipe) return { ...recipe, extraPackages: [...recipe.extraPackages, ...more] };
  throw new MediaError('media.unavailable', `${noRecipe(suite)}.`);
}

async function assemble(
  recipe: OfflineRecipe,
  aptFolder: string,
  path: string,
  previous: CachedFile | undefined,
  options: DebianOfflineOptions,
): Promise<Readonly<Record<string, string>>> {
  const context = {
    ...(options.logger ? { logger: options.logger } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const mirror = await findDebianMirror(context);
  const folder = await makeOwnFolder(aptFolder, 'work-');
  try {
    options.onStep?.(`reading the package index of Debian ${recipe.suite}`);
    const { onNotice } = options;
    const listsFolder = join(aptFolder, 'lists');
    const lists = await fetchSuiteLists(listsFolder, mirror, recipe.suite, OFFLINE_COMPONENTS, {
      ...context,
      onNotice,
    });
    if (previous && isOlder(lists, previous)) return await keep(previous, path);
    const selection = await selectPackages(mirror, recipe, lists, aptFolder, folder, context);
    if (previous?.notes.inputs === selection.inputs) return await keep(previous, path);
    const step = options.onStep ? { onStep: options.onStep } : {};
    await assembleIso({ ...context, ...step, recipe, selection, folder, date: lists.date }, path);
    await dropOldDownloads(selection);
    return {
      inputs: selection.inputs,
      kernel: selection.initrd.kernelVersion,
      date: lists.date.toISOString(),
    };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new MediaError(
      'media.assembly',
      `The offline ISO of Debian ${recipe.suite} could not be assembled: ${error.message}`,
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keep(previous: CachedFile, path: string): Promise<CachedFile['notes']> {
  await link(previous.path, path);
  return previous.notes;
}

/** A mirror that is being synchronised may have an older state of the suite than the last time. */
const isOlder = ({ date }: SuiteLists, { notes }: CachedFile): boolean =>
  notes.date !== undefined && date.getTime() < Date.parse(notes.date);

/** Keeps the downloads for the next assembly, this ISO's and others'; versions that the suite has no more would only pile up. */
async function dropOldDownloads({ view }: OfflineSelection): Promise<void> {
  const current = new Set((await view.packages()).map((stanza) => archiveFileName(stanza)));
  const folder = view.archives;
  for (const name of await readdir(folder)) {
    if (name.endsWith('.deb') && !current.has(name)) await rm(join(folder, name));
  }
}
