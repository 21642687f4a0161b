import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { writeFile } from '../foundation/write-file.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import type { SeedFile } from './seed-file.ts';

export type SeedIso = {
  /** `OEMDRV` for Anaconda (with ks.cfg), `cidata` for NoCloud (with user-data and meta-data). */
  readonly label: string;
  readonly files: readonly SeedFile[];
};

/** Every date in a seed ISO, so that the same files give the same image: 2020-01-01 UTC. */
const SEED_DATE_SECONDS = 1_577_836_800;

/**
 * Writes a small ISO 9660 image with Rock Ridge and Joliet names. xorriso takes the volume's dates and identifiers from
 * SOURCE_DATE_EPOCH, those of files from --set_all_file_dates (xorrisofs(1)).
 * @throws HostError `host.tool-missing` without xorriso; RangeError for a name that leaves the image
 */
export async function createSeedIso(seed: SeedIso, outPath: string): Promise<void> {
  const out = resolve(outPath);
  const work = await mkdtemp(join(dirname(out), '.seed-'));
  try {
    const tree = join(work, 'tree');
    await mkdir(tree);
    for (const { name, content } of seed.files) {
      const path = resolve(tree, name);
      if (!path.startsWith(tree + sep)) {
        throw new RangeError(`not a path inside a seed: ${JSON.stringify(name)}`);
      }
      await makeFolder(dirname(path));
      await writeFile(path, content);
    }
    const image = join(work, 'seed.iso');
    await runXorriso(seed.label, tree, image);
    await rename(image, out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runXorriso(label: string, tree: string, image: string): Promise<void> {
  const date = ['--set_all_file_dates', `=${SEED_DATE_SECONDS}`];
  const args = ['-as', 'mkisofs', '-quiet', '-r', '-J', '-V', label, ...date, '-o', image, tree];
  try {
    await runCommand('xorriso', args, { env: { SOURCE_DATE_EPOCH: String(SEED_DATE_SECONDS) } });
  } catch (error) {
    if (error instanceof CommandError && error.notFound) {
      throw new HostError(
        'host.tool-missing',
        'xorriso is not installed; it writes the seed ISO that carries the install script (Debian, Fedora: package xorriso).',
        { cause: error },
      );
    }
    throw error;
  }
}
