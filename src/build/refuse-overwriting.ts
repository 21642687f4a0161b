import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import type { MediaSource } from '../media/install-media.ts';
import { parseMediaLocator } from '../media/media-locator.ts';

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
