import { type Bytes, bytes } from '../foundation/size.ts';
import type { Resources } from './os-facts.ts';
import type { OsinfoDb } from './osinfo-db.ts';
import type { OsEntry } from './read-os-entry.ts';

/** What osinfo-db knows of a system that is not in Kiln's table: nothing about kernel arguments and install scripts. */
export type OsinfoSystem = {
  readonly source: 'osinfo-db';
  readonly id: string;
  /** All short ids, the first one is `id`. */
  readonly ids: readonly string[];
  readonly title: string;
  readonly architectures: readonly string[];
  readonly bootFiles: readonly { readonly kernel: string; readonly initrd: string; readonly arch: string }[];
  readonly minimumMemory?: Bytes;
  readonly minimumDisk?: Bytes;
  readonly released?: string;
  readonly endOfLife?: string;
};

/** The system with that short id; undefined without osinfo-db too. */
export function findOsinfo(db: OsinfoDb, id: string): OsinfoSystem | undefined {
  const wanted = id.toLowerCase();
  const name = db
    .names()
    .flat()
    .find((known) => known.toLowerCase() === wanted);
  const entry = name === undefined ? undefined : db.find(name);
  return entry === undefined ? undefined : systemOf(entry);
}

/** Every system, sorted by id. Costs half a second. */
export function listOsinfo(db: OsinfoDb): readonly OsinfoSystem[] {
  // Editions of one release share their short id.
  const systems = new Map<string, OsinfoSystem>();
  for (const system of db.entries().flatMap((entry) => systemOf(entry) ?? []))
    if (!systems.has(system.id)) systems.set(system.id, system);
  return [...systems.values()].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

function systemOf({ shortIds, title, minimum, media, ...entry }: OsEntry): OsinfoSystem | undefined {
  const ids = shortIds.map((shortId) => shortId.toLowerCase());
  const [id] = ids;
  if (id === undefined) return undefined;
  const [memory, disk] = [least(minimum, 'ramBytes'), least(minimum, 'storageBytes')];
  const bootFiles = media.flatMap(({ arch, kernel, initrd }) =>
    kernel === undefined || initrd === undefined ? [] : [{ kernel, initrd, arch }],
  );
  return {
    source: 'osinfo-db',
    id,
    ids,
    title: title ?? id,
    architectures: [...new Set(media.map(({ arch }) => arch))],
    bootFiles: bootFiles.filter(
      (one, index) => bootFiles.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
    ),
    ...(memory === undefined ? {} : { minimumMemory: bytes(memory) }),
    ...(disk === undefined ? {} : { minimumDisk: bytes(disk) }),
    ...(entry.released === undefined ? {} : { released: entry.released }),
    ...(entry.endOfLife === undefined ? {} : { endOfLife: entry.endOfLife }),
  };
}

function least(minimum: readonly Resources[], amount: 'ramBytes' | 'storageBytes'): number | undefined {
  return minimum.map((resources) => resources[amount] ?? 0).find((count) => count > 0);
}
