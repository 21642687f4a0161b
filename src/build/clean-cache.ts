import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { abandonedFolders } from '../foundation/own-folder.ts';
import { type CacheUser, cacheUsers, withCacheUsers } from '../media/cache-lease.ts';
import { type CleanedItem, removeFolder, removePath } from './remove-path.ts';

/** What was removed of the cache, and why not. */
export type CleanedCache = {
  readonly removed: readonly CleanedItem[];
  readonly kept: readonly { readonly what: string; readonly why: string }[];
};

/** What Kiln put there, unless somebody uses it; the folder may be the user's own, with other things in it. */
export async function cleanUnusedCache(cache: string, dryRun: boolean): Promise<CleanedCache> {
  const paths = ['media', 'host'].map((name) => join(cache, name));
  const clean = async ([user]: readonly CacheUser[]): Promise<CleanedCache> => {
    if (user !== undefined) return { removed: [], kept: [{ what: cache, why: whyKept(user) }] };
    const removed = await Promise.all(paths.map((path) => removePath(path, dryRun)));
    return { removed: removed.flat(), kept: [] };
  };
  const isThere = paths.some((path) => existsSync(path));
  const cleaned =
    isThere && !dryRun ? await withCacheUsers(cache, clean) : await clean(await cacheUsers(cache));
  if (cleaned.kept.length > 0) return cleaned;
  return { removed: [...cleaned.removed, ...(await removeFolder(cache, paths, dryRun))], kept: [] };
}

/** A guest reads its media where they lie in the cache. */
const whyKept = ({ name, pid }: CacheUser): string =>
  `${name} is running as process ${pid} and may read its media there`;

/** Work on media that was killed. */
export async function abandonedInCache(cache: string): Promise<readonly string[]> {
  const media = join(cache, 'media');
  const below = async (folder: string): Promise<string[]> =>
    (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  const folders = [...(await below(media)), ...(await below(join(media, 'debian')))];
  return (await Promise.all(folders.map((folder) => abandonedFolders(folder)))).flat();
}
