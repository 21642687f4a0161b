import { mkdir } from 'node:fs/promises';
import type { BuildDirectory } from './build-directory.ts';
import type { Journal } from './journal.ts';

/** The build's folders, each noted in the journal before it exists. */
export async function makeFolders(directory: BuildDirectory, journal: Journal): Promise<void> {
  journal.note({ kind: 'folder', path: directory.root });
  await mkdir(directory.root, { recursive: true });
  journal.note({ kind: 'path', path: directory.logs });
  await mkdir(directory.logs, { recursive: true });
  journal.note({ kind: 'path', path: directory.work });
  // The rendered script with its password hash lies in here.
  await mkdir(directory.work, { mode: 0o700 });
  await mkdir(directory.outputs);
}
