import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { aboutFile, writeFile } from './write-file.ts';

/**
 * Readers see the old file or the whole new one. Not synced: for what may be lost when the machine goes down.
 * @throws the file system's error, with the path; nothing stays beside the file then
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw aboutFile(error, path);
  }
}
