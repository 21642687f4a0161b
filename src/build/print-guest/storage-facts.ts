import { readdirSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { GuestFacts, PoolFact, StorageFact } from '../../virt-install/guest/guest-facts.ts';
import { given, usesOf, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';

/** The local paths a command line names, as this host has them, and the folders of those that are still to be made. */
export async function pathFacts(
  options: VirtInstallOptions,
  more: readonly (string | undefined)[],
  cwd: string,
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
    const fact = await factOf(path);
    facts[path] = fact;
    if (!fact.exists) facts[dirname(path)] ??= await factOf(dirname(path));
  }
  return facts;
}

async function factOf(path: string): Promise<StorageFact> {
  const found = statIfThere(path);
  if (found === undefined) return { path, exists: false, type: 'file' };
  if (found.isDirectory()) return { path, exists: true, type: 'dir' };
  if (found.isBlockDevice()) return { path, exists: true, type: 'block' };
  // A pipe would wait for its writer for ever; of what is no file libvirt tells no format either.
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

const ISO_MAGIC_AT = 32769;

/** First bytes of the formats that libvirt tells apart (src/util/virstoragefile.c of libvirt); everything else is raw. */
const MAGIC: readonly (readonly [format: string, at: number, bytes: string])[] = [
  ['qcow2', 0, 'QFI\xfb'],
  ['vmdk', 0, 'KDMV'],
  ['vhdx', 0, 'vhdxfile'],
  ['vpc', 0, 'conectix'],
  ['qed', 0, 'QED\0'],
  ['luks', 0, 'LUKS\xba\xbe'],
  ['iso', ISO_MAGIC_AT, 'CD001'],
];

async function formatOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    for (const [format, at, text] of MAGIC) {
      const wanted = Buffer.from(text, 'latin1');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted.length), 0, wanted.length, at);
      if (bytesRead === wanted.length && buffer.equals(wanted)) return format;
    }
    return 'raw';
  } finally {
    await file.close();
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
