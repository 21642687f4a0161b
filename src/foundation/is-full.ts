import { statfsSync } from 'node:fs';

/** Less is taken for a full file system: tools stop where what they write next does not fit. */
const NOTHING_LEFT = 64 * 1024;

/** Whether the file system of a folder is full; for tools that fail there with words of their own. */
export function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NOTHING_LEFT;
  } catch {
    return false; // no folder: the tool's own words say so better
  }
}
