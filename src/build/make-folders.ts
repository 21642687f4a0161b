import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { makeFolder } from '../foundation/make-folder.ts';
import { mebibytes } from '../foundation/size.ts';
import { requireSpace } from '../host/free-space.ts';
import type { BuildDirectory } from './build-directory.ts';
import { setLogsAside } from './folder-owner.ts';
import type { Journal } from './journal.ts';
import { refuseAnothersFolder } from './refuse-anothers-folder.ts';

/** Logs and manifest; the disk's own need is checked when it is made. */
const LEAST_SPACE = mebibytes(8);

/**
 * The build's folders, each noted in the journal before it exists. The work folder comes first: while it is there, the results' folder is
 * this build's, and another one that finds it goes away without touching anything.
 * @throws SpecError `output.in-use`, HostError `host.no-space`, `host.no-permission`
 */
export async function makeFolders(directory: BuildDirectory, journal: Journal): Promise<void> {
  await requireSpace(directory.root, LEAST_SPACE, 'the results');
  // One that is there is the user's: it stays when nothing comes of the build, empty as it was.
  if (!existsSync(directory.root)) journal.note({ kind: 'folder', path: directory.root });
  await makeFolder(directory.root);
  journal.note({ kind: 'path', path: directory.work });
  // The rendered script with its password hash lies in here.
  await mkdir(directory.work, { mode: 0o700 });
  refuseAnothersFolder(directory.root, await readdir(directory.root), directory.work);
  await mkdir(directory.outputs);
  journal.note({ kind: 'path', path: directory.logs });
  await setLogsAside(directory);
  // A console shows addresses that nobody is to guess, and what scripts print.
  await mkdir(directory.logs, { mode: 0o700 });
}
