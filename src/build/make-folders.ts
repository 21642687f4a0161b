import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { mebibytes } from '../foundation/size.ts';
import { requireSpace } from '../host/free-space.ts';
import { type BuildDirectory, isWorkFolder } from './build-directory.ts';
import type { Journal } from './journal.ts';

/** Logs and manifest; the disk's own need is checked when it is made. */
const LEAST_SPACE = mebibytes(8);

/**
 * The build's folders, each noted in the journal before it exists. The work folder comes first: while it is there, the results' folder is
 * this build's, and another one that finds it goes away without touching anything.
 * @throws SpecError `output.in-use`, HostError `host.no-space`, `host.no-permission`
 */
export async function makeFolders(directory: BuildDirectory, journal: Journal): Promise<void> {
  await requireSpace(directory.root, LEAST_SPACE, 'the results');
  journal.note({ kind: 'folder', path: directory.root });
  await mkdir(directory.root, { recursive: true });
  journal.note({ kind: 'path', path: directory.work });
  // The rendered script with its password hash lies in here.
  await mkdir(directory.work, { mode: 0o700 });
  await refuseAnothersFolder(directory);
  await mkdir(directory.outputs);
  journal.note({ kind: 'path', path: directory.logs });
  // With --force: the logs of the build whose results are replaced.
  await rm(directory.logs, { recursive: true, force: true });
  await mkdir(directory.logs);
}

async function refuseAnothersFolder({ root, work }: BuildDirectory): Promise<void> {
  const names = await readdir(root);
  const other = names.find((name) => isWorkFolder(name) && name !== basename(work));
  if (other === undefined) return;
  throw new SpecError(
    'output.in-use',
    `The output folder ${root} holds ${other}: another build runs there, or was kept. Name another folder, or end that build with \`kiln builds clean\` and its id.`,
    { details: { directory: root } },
  );
}
