import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aboutFile } from '../foundation/write-file.ts';

/** Readers see the old file or the whole new one, and after a crash too: written beside it, synced, renamed. */
export async function writeFileAtomically(path: string, text: string, mode = 0o644): Promise<void> {
  const temporary = join(dirname(path), `.kiln-${randomUUID()}.partial`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw aboutFile(error, path);
  }
}
