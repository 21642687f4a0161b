import { readFile } from 'node:fs/promises';
import { readCpio } from '../foundation/cpio-newc.ts';
import { archivesIn } from './initrd-archives.ts';

/** Whether an initrd has one of these files; undefined where it is packed in a way that is not read here. */
export async function initrdHas(initrdPath: string, paths: readonly string[]): Promise<boolean | undefined> {
  let looked: boolean | undefined;
  for (const archive of archivesIn(await readFile(initrdPath))) {
    looked = false;
    for (const entry of readCpio(archive)) if (paths.includes(entry.path)) return true;
  }
  return looked;
}
