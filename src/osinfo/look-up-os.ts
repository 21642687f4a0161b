import { GENERIC_OS, type OsFacts, type Resources } from './os-facts.ts';
import type { OsinfoDb } from './osinfo-db.ts';
import type { OsEntry } from './read-os-entry.ts';
import { relativeOf } from './relatives.ts';

/**
 * The facts of a system by short id or full id, with what it inherits. A system newer than the database stands on its nearest
 * known relative and keeps its own name.
 */
export function lookUpOs(db: OsinfoDb, name: string): OsFacts | undefined {
  if (name === 'generic') return GENERIC_OS;
  const entry = db.find(name);
  if (entry !== undefined) return factsOf(db, entry);
  const relative = relativeOf(name, (candidate) => db.find(candidate) !== undefined);
  const known = relative === undefined ? undefined : db.find(relative.known);
  if (relative === undefined || known === undefined) return undefined;
  return {
    ...factsOf(db, known),
    shortId: relative.name,
    names: [relative.name],
    fullId: relative.fullId,
    standsFor: relative.known,
    firmware: relative.firmware ?? factsOf(db, known).firmware,
  };
}

function factsOf(db: OsinfoDb, entry: OsEntry): OsFacts {
  const distro = entry.distro ?? '';
  const sourceArgument = sourceArgumentOf(db, entry) ?? SOURCE_ARGUMENTS[distro];
  const shortId = entry.shortIds[0] ?? entry.id;
  return {
    shortId,
    names: entry.shortIds,
    fullId: entry.id,
    family: entry.family ?? '',
    distro,
    devices: [...devicesOf(db, entry)].filter(([, supported]) => supported).map(([id]) => id),
    minimum: resourcesOf(db, entry, 'minimum'),
    recommended: resourcesOf(db, entry, 'recommended'),
    networkInstall: resourcesOf(db, entry, 'networkInstall'),
    firmware: firmwareOf(db, entry),
    lineage: [...lineageOf(db, entry)],
    ...(sourceArgument === undefined ? {} : { sourceArgument }),
  };
}

/** virt-install's own, for systems whose entry names none. */
const SOURCE_ARGUMENTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['caasp', 'sle', 'sled', 'sles', 'opensuse'].map((distro) => [distro, 'install'])),
  ...Object.fromEntries(['centos', 'rhel', 'fedora'].map((distro) => [distro, 'inst.repo'])),
};

function sourceArgumentOf(db: OsinfoDb, entry: OsEntry): string | undefined {
  if (entry.sourceArgument !== undefined) return entry.sourceArgument;
  for (const parent of parentsOf(db, entry)) {
    const argument = sourceArgumentOf(db, parent);
    if (argument !== undefined) return argument;
  }
  return undefined;
}

/** Drivers come down through `derives-from` and `clones`; an entry can take one back. */
function devicesOf(db: OsinfoDb, entry: OsEntry): Map<string, boolean> {
  const devices = new Map<string, boolean>();
  for (const parent of parentsOf(db, entry)) {
    for (const [device, supported] of devicesOf(db, parent)) devices.set(device, supported);
  }
  for (const { id, supported } of entry.devices) devices.set(id, supported);
  return devices;
}

/** An entry that inherits the resources of an architecture has none of its own for it. */
function resourcesOf(
  db: OsinfoDb,
  entry: OsEntry,
  kind: 'minimum' | 'recommended' | 'networkInstall',
): readonly Resources[] {
  const inherited = entry.inheritsResourcesOf.flatMap((arch) => {
    const parents = parentsOf(db, entry).map((parent) => resourcesOf(db, parent, kind));
    return parents.flat().find((resources) => resources.arch === arch) ?? [];
  });
  return [...entry[kind], ...inherited];
}

/** In the order in which libosinfo asks them. */
function parentsOf(db: OsinfoDb, entry: OsEntry): OsEntry[] {
  return [...entry.derivesFrom, ...entry.clones].flatMap((id) => db.find(id) ?? []);
}

function firmwareOf(db: OsinfoDb, entry: OsEntry): OsFacts['firmware'] {
  const inherited = parentsOf(db, entry).flatMap((parent) => firmwareOf(db, parent));
  const byKind = new Map([...inherited, ...entry.firmware].map((one) => [`${one.arch} ${one.type}`, one]));
  return [...byKind.values()];
}

function lineageOf(db: OsinfoDb, entry: OsEntry, seen = new Set<string>()): Set<string> {
  const [shortId = entry.id] = entry.shortIds;
  if (seen.has(shortId)) return seen;
  seen.add(shortId);
  for (const id of [...entry.derivesFrom, ...entry.clones, ...entry.upgrades]) {
    const parent = db.find(id);
    if (parent !== undefined) lineageOf(db, parent, seen);
  }
  return seen;
}
