import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../foundation/errors.ts';
import { findBootFiles } from './find-boot-files.ts';
import { directoryTree } from './tree/directory-tree.ts';

/** More of them than this tell no more. */
const MOST_NAMED = 3;
const MOST_OPENED = 50;

/**
 * For a folder in which nothing tells of an installer: what an install tree has in it, and what lies in this folder that could be meant.
 * @param cause why it is none
 */
export async function noInstallTree(folder: string, cause: MediaError): Promise<MediaError> {
  const near = await lookNear(folder);
  const instead =
    near.length === 0
      ? 'Name the folder that has them, the top of a mounted or unpacked installer ISO, or the ISO itself.'
      : `Name what is in it: ${near.join(', ')}.`;
  return new MediaError(
    'media.no-kernel',
    `${folder} is no install tree. One has the installer's kernel and initrd in it, such as images/pxeboot/ beside .treeinfo (Fedora, Red Hat), ` +
      `install.amd/ (Debian), casper/ (Ubuntu) or boot/x86_64/loader/ (SUSE). ${instead}`,
    { cause, details: cause.details },
  );
}

/** ISO images in the folder, and folders of it that are install trees. */
async function lookNear(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const images = entries.filter((entry) => entry.isFile() && /\.iso$/i.test(entry.name));
  const folders = entries.filter((entry) => entry.isDirectory()).slice(0, MOST_OPENED);
  const trees: string[] = [];
  for (const { name } of folders) if (await isTree(join(folder, name))) trees.push(name);
  const names = [...trees, ...images.map(({ name }) => name)].sort();
  return names.slice(0, MOST_NAMED).map((name) => join(folder, name));
}

async function isTree(folder: string): Promise<boolean> {
  try {
    await findBootFiles(directoryTree(folder));
    return true;
  } catch (error) {
    // What cannot be read is none that could be meant.
    if (error instanceof MediaError || (error as NodeJS.ErrnoException).code !== undefined) return false;
    throw error;
  }
}
