import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { aboutFile, writeFile } from './write-file.ts';

/**
 * Readers see the old file or the whole new one. Not synced: for what may be lost when the machine goes down.
 * @param draft in the same folder; a killed Kiln may leave it. One name for all times is for files that nobody else writes
 * @throws the file system's error, with the path; nothing stays beside the file then
 */
export async function replaceFile(
  path: string,
  text: string,
  draft = `${path}.${randomUUID()}`,
): Promise<void> {
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw aboutFile(error, path);
  }
}
