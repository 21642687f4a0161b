import { lstat, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../foundation/digest-file.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { outputFile } from '../../foundation/output-file.ts';
import { READ_AT_ONCE } from '../../foundation/read-regular-file.ts';
import type { SummedSource } from '../summed-source.ts';

/** A served image, and the texts beside it by what their names add to the image's. */
export type ServedFiles = {
  readonly folder: string;
  readonly file: string;
  readonly source: SummedSource;
  readonly texts: readonly (readonly [suffix: string, text: string])[];
};

/**
 * Refuses what rename(2) would replace that is neither a file nor a link.
 * @throws SpecError `output.not-a-file`; the file system's error for a folder
 */
export async function requireFiles({ folder, file, texts }: ServedFiles): Promise<void> {
  for (const suffix of ['', ...texts.map(([name]) => name)]) {
    const path = join(folder, file + suffix);
    const found = await lstat(path).catch(ifMissing(undefined));
    if (found !== undefined && !found.isSymbolicLink()) await outputFile(path);
  }
}

export async function hasContent(
  path: string,
  { size, sha512 }: SummedSource,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await stat(path).catch(ifMissing(undefined));
  return found?.size === size && (await digestFile(path, 'sha512', signal)) === sha512;
}

export async function holds(path: string, text: string): Promise<boolean> {
  return (await readFile(path, READ_AT_ONCE).catch(ifMissing(undefined))) === text;
}
