import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { conversionJobs } from '../disk/conversion-jobs.ts';
import { SpecError } from '../foundation/errors.ts';
import { CHECKSUM_FILES, MANIFEST_FILE } from '../foundation/result-files.ts';
import type { MediaSource } from '../media/install-media.ts';
import { parseMediaLocator } from '../media/media-locator.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { buildDirectory } from './build-directory.ts';
import { deliveredIn } from './folder-owner.ts';

/**
 * What is to stay in an output folder, `--force` or not.
 * @throws SpecError `output.is-input`, `output.exists`
 */
export async function refuseOverwriting(
  directory: string,
  plan: Pick<BuildPlan, 'name' | 'outputs' | 'media'>,
): Promise<void> {
  await refuseOwnInput(directory, plan.media);
  await refuseForeignLogs(directory);
  await refuseForeignFiles(directory, plan);
}

/**
 * An image that is imported from the folder of the results could be replaced by what is made of it.
 * @param directory the output folder, without links
 * @throws SpecError `output.is-input`
 */
export async function refuseOwnInput(directory: string, media: readonly MediaSource[]): Promise<void> {
  for (const { kind, from } of media) {
    const locator = kind === 'import' ? parseMediaLocator(from) : undefined;
    if (locator?.scheme !== 'path' || !(await liesIn(directory, locator.path))) continue;
    throw new SpecError(
      'output.is-input',
      `The image ${locator.path} lies in the output folder ${directory}, where results are replaced. Name another folder with --output.`,
      { details: { path: locator.path, directory } },
    );
  }
}

/**
 * `--force` replaces what builds made, and nothing else.
 * @throws SpecError `output.exists`
 */
export async function refuseForeignLogs(directory: string): Promise<void> {
  const { logs, planFile } = buildDirectory(directory, '');
  const isTheirs = existsSync(planFile) || (await isEmptyOrAbsent(logs));
  if (!isTheirs) throw foreign(logs);
}

/**
 * Files in the place of results that no manifest beside them names; without outputs there are no results.
 * @throws SpecError `output.exists`
 */
export async function refuseForeignFiles(
  directory: string,
  { name, outputs }: Pick<BuildPlan, 'name' | 'outputs'>,
): Promise<void> {
  if (outputs.length === 0) return;
  const images = conversionJobs(name, outputs, () => '').map((job) => job.name);
  const earlier = await deliveredIn(directory);
  const made =
    earlier === undefined ? [] : [...earlier.images, ...Object.values(CHECKSUM_FILES), MANIFEST_FILE];
  for (const file of [...images, ...Object.values(CHECKSUM_FILES), MANIFEST_FILE]) {
    const path = join(directory, file);
    if (!made.includes(file) && existsSync(path)) throw foreign(path);
  }
}

const foreign = (path: string): SpecError =>
  new SpecError(
    'output.exists',
    `${path} is no earlier result of Kiln's, so it is not replaced, not even with --force. Move it away, or name another folder with --output.`,
    { details: { path } },
  );

const isEmptyOrAbsent = (folder: string): Promise<boolean> =>
  readdir(folder).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );

/** By whatever name: below the folder, or as one of its files by a hard or a symbolic link. */
async function liesIn(directory: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => path);
  if (real.startsWith(`${directory}${sep}`)) return true;
  const names = await readdir(directory).catch(() => []);
  const [own, ...others] = await Promise.all(
    [path, ...names.map((name) => join(directory, name))].map(identity),
  );
  return own !== undefined && others.includes(own);
}

const identity = (path: string): Promise<string | undefined> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
