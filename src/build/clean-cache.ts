import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { abandonedFolders } from '../foundation/own-folder.ts';
import { type CleanedItem, removeFolder, removePath } from './remove-path.ts';

/** What Kiln put there; the folder may be the user's own, with other things in it. */
export async function cleanCache(cache: string, dryRun: boolean): Promise<CleanedItem[]> {
  const paths = ['media', 'host'].map((name) => join(cache, name));
  const removed = await Promise.all(paths.map((path) => removePath(path, dryRun)));
  return [...removed.flat(), ...(await removeFolder(cache, paths, dryRun))];
}

/** Work on media that was killed. */
export async function abandonedInCache(cache: string): Promise<readonly string[]> {
  const media = join(cache, 'media');
  const below = async (folder: string): Promise<string[]> =>
    (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  const folders = [...(await below(media)), ...(await below(join(media, 'debian')))];
  return (await Promise.all(folders.map((folder) => abandonedFolders(folder)))).flat();
}
