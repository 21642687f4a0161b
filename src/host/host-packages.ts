import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_MANAGERS, type PackageManager } from './distribution.ts';
import { findExecutable } from './find-executable.ts';

/** A line of host-packages/packages.txt, whose head explains the words; ./kiln reads the same file. */
export type HostRequirement = {
  readonly group: string;
  /** Programs, or paths with wildcards; one of them must be there. */
  readonly probes: readonly string[];
  /** Empty where no package is known. */
  readonly packages: Readonly<Record<PackageManager, string>>;
};

/** The same from src/ and from dist/. */
const TABLE = new URL('../../host-packages/packages.txt', import.meta.url);

export async function readHostRequirements(): Promise<readonly HostRequirement[]> {
  return parseHostRequirements(await readFile(TABLE, 'utf8'));
}

export function parseHostRequirements(text: string): readonly HostRequirement[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map(parseLine);
}

function parseLine(line: string): HostRequirement {
  const [group = '', probes = '', ...columns] = line.trim().split(/\s+/);
  if (columns.length !== PACKAGE_MANAGERS.length) {
    throw new Error(`host-packages/packages.txt: this line needs six words: ${line}`);
  }
  const joined = columns.find((name) => name.includes(','));
  if (joined !== undefined) throw new Error(`host-packages/packages.txt: one package a line, not ${joined}`);
  const nameIn = (manager: PackageManager): string => {
    const name = columns[PACKAGE_MANAGERS.indexOf(manager)] ?? '-';
    return name === '-' ? '' : name.replace(/^\?/, '');
  };
  const packages = {
    apt: nameIn('apt'),
    dnf: nameIn('dnf'),
    zypper: nameIn('zypper'),
    pacman: nameIn('pacman'),
  };
  return { group, probes: probes.split(','), packages };
}

/** The first probe that is met, as a path; undefined when the requirement is missing. */
export async function whereIs(requirement: HostRequirement): Promise<string | undefined> {
  for (const probe of requirement.probes) {
    const path = probe.includes('/') ? await firstMatch(probe) : await findExecutable(probe);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The first existing path a pattern with `*` in its components matches. */
async function firstMatch(pattern: string): Promise<string | undefined> {
  let found = ['/'];
  for (const part of pattern.split('/').filter((name) => name !== '')) {
    const next = await Promise.all(found.map((folder) => matchesIn(folder, part)));
    found = next.flat();
  }
  return found[0];
}

async function matchesIn(folder: string, part: string): Promise<string[]> {
  if (!part.includes('*')) return (await exists(join(folder, part))) ? [join(folder, part)] : [];
  const names = await readdir(folder).catch(() => []);
  const pattern = new RegExp(`^${part.split('*').map(escapePattern).join('.*')}$`);
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
