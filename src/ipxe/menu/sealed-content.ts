import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { folderContent, type ServedContent } from '../../http-server/served-content.ts';

/** By path below the folder: the state a file was verified in. */
export type Seals = ReadonlyMap<string, string>;

/** Taken before a file is read: every change after that shows in its ctime, which nobody sets (inode(7)). */
export async function sealFile(path: string): Promise<string> {
  return sealOf(await stat(path, { bigint: true }));
}

function sealOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/** The files of a folder that were verified, as long as they are what they were then. The others count as missing. */
export function sealedContent(folder: string, seals: Seals): ServedContent {
  const content = folderContent(folder);
  return async (request) => {
    const seal = seals.get(request.path);
    if (seal === undefined) return undefined;
    const served = await content(request);
    if (served?.kind !== 'file') return served;
    if (sealOf(await served.handle.stat({ bigint: true })) === seal) return served;
    await served.handle.close();
    return undefined;
  };
}
