import { readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { GuestFacts, PoolFact, StorageFact } from '../../virt-install/guest/guest-facts.ts';
import { given, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import { fileFormat, volumeFormat } from '../guest-facts/file-format.ts';

/**
 * The local paths a command line names, as this host has them, and the folders of those that are still to be made.
 * @param poolFolders where libvirt tells the formats
 */
export async function pathFacts(
  options: VirtInstallOptions,
  more: readonly (string | undefined)[],
  cwd: string,
  poolFolders: readonly string[],
): Promise<GuestFacts['paths']> {
  const typed = usesOf(options, 'disk').flatMap((use) => [
    given(use, 'path'),
    given(use, 'source.file'),
    given(use, 'source.dev'),
    given(use, 'source.dir'),
  ]);
  const facts: Record<string, StorageFact> = {};
  for (const word of [...typed, ...more]) {
    if (word === undefined || /^[a-z]+(?:\+[a-z]+)?:\/\//i.test(word)) continue;
    const path = isAbsolute(word) ? resolve(word) : resolve(cwd, word);
    const fact = await factOf(path, poolFolders);
    facts[path] = fact;
    if (!fact.exists) facts[dirname(path)] ??= await factOf(dirname(path), poolFolders);
  }
  return facts;
}

async function factOf(path: string, poolFolders: readonly string[]): Promise<StorageFact> {
  const found = statIfThere(path);
  if (found === undefined) return { path, exists: false, type: 'file' };
  if (found.isDirectory()) return { path, exists: true, type: 'dir' };
  if (found.isBlockDevice()) return { path, exists: true, type: 'block' };
  // A pipe would wait for its writer for ever; of what is no file libvirt tells no format either.
  const formatOf = poolFolders.includes(dirname(path)) ? volumeFormat : fileFormat;
  const format = found.isFile() ? { format: await formatOf(path) } : {};
  return { path, exists: true, type: 'file', ...format, sizeBytes: found.size };
}

/** A ring of links leads to nothing. */
function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    return undefined;
  }
}

/** A folder on this host as a pool: what lies in it are its volumes. */
export function localPool(pool: {
  readonly name: string;
  readonly path: string;
  readonly type: string;
}): PoolFact {
  let names: readonly string[] = [];
  try {
    names = readdirSync(pool.path);
  } catch (error) {
    // A pool's folder that is not there yet or not to be looked into: names in it cannot collide with what nobody sees.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  return {
    ...pool,
    volumes: names.map((name) => ({ name, path: join(pool.path, name), exists: true, type: 'file' })),
  };
}
