import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/**
 * Where a name below a folder really is; undefined when links lead out of the folder.
 * @throws the file system's error when nothing is there
 */
export async function pathInside(folder: string, name: string): Promise<string | undefined> {
  const [root, full] = await Promise.all([realpath(folder), realpath(resolve(folder, `./${name}`))]);
  return full === root || full.startsWith(root.endsWith(sep) ? root : root + sep) ? full : undefined;
}

/** What cannot be followed to its end leads nowhere; reading it says why. */
export async function leadsOut(folder: string, name: string): Promise<boolean> {
  const isInside = async (): Promise<boolean> => (await pathInside(folder, name)) !== undefined;
  return !(await isInside().catch(() => true));
}

/** Goes on after the file's name. */
export const LEADS_OUT = 'is a link that leads out of the folder';
