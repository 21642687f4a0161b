import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OsEntry, readOsEntry } from './read-os-entry.ts';

/**
 * libosinfo's database, read from its files: only those of the systems asked for and of their relatives. Folders given later win over
 * earlier ones, as a user's own entries do over the distribution's.
 */
export type OsinfoDb = {
  /** The entry with this short id (`debian11`) or full id (`http://debian.org/debian/11`). */
  find(nameOrId: string): OsEntry | undefined;
  /** Every entry, by file; only those whose text holds `text`. */
  entries(text?: string): readonly OsEntry[];
  /** All short ids, each entry's first one first, sorted by entry. */
  names(): readonly (readonly string[])[];
};

export function openOsinfoDb(folders: readonly string[]): OsinfoDb {
  const entries = new Map<string, OsEntry>();
  let index: ReturnType<typeof indexOf> | undefined;
  const read = (path: string | undefined): OsEntry | undefined => {
    if (path === undefined) return undefined;
    const entry = entries.get(path) ?? readOsEntry(readFileSync(path, 'utf8'));
    entries.set(path, entry);
    return entry;
  };
  const indexed = (): ReturnType<typeof indexOf> => {
    index ??= indexOf(folders);
    return index;
  };
  return {
    find: (name) => {
      const guessed = read(guessFile(folders, name));
      if (guessed !== undefined && (guessed.id === name || guessed.shortIds.includes(name))) return guessed;
      return read(indexed().files.get(name));
    },
    entries: (text = '') =>
      indexed().paths.flatMap((path) => {
        const whole = readFileSync(path, 'utf8');
        return whole.includes(text) ? readOsEntry(whole) : [];
      }),
    names: () => indexed().names,
  };
}

/** The files are named after the ids (`os/debian.org/debian-11.xml`); osinfo-db's own checks hold that. */
function guessFile(folders: readonly string[], name: string): string | undefined {
  const id = /^https?:\/\/([^/]+)\/(.+)$/.exec(name);
  if (id === null) return undefined;
  const file = join('os', id[1] ?? '', `${(id[2] ?? '').replaceAll('/', '-')}.xml`);
  return folders
    .map((folder) => join(folder, file))
    .filter((path) => existsSync(path))
    .at(-1);
}

/** Looks at every file's names without reading it whole as XML: 800 files, some 30 ms. */
function indexOf(folders: readonly string[]) {
  const files = new Map<string, string>();
  const names = new Map<string, readonly string[]>();
  const paths = new Map<string, string>();
  for (const path of folders.flatMap(filesIn)) {
    const text = readFileSync(path, 'utf8');
    const id = /<os id="([^"]+)"/.exec(text)?.[1];
    if (id === undefined) continue;
    const shortIds = [...text.matchAll(/<short-id>([^<]+)<\/short-id>/g)].flatMap((match) => match[1] ?? []);
    for (const name of [id, ...shortIds]) files.set(name, path);
    names.set(id, shortIds);
    paths.set(id, path);
  }
  const sorted = [...names.values()].sort(([a = ''], [b = '']) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return { files, names: sorted, paths: [...paths.values()].sort() };
}

function filesIn(folder: string): string[] {
  const os = join(folder, 'os');
  if (!existsSync(os)) return [];
  return readdirSync(os, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.xml'))
    .sort()
    .map((file) => join(os, file));
}
