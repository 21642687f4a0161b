import { closeSync, constants, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from '../foundation/process-identity.ts';
import { aboutFile } from '../foundation/write-file.ts';
import type { OwnStorage } from '../storage/create-storage.ts';
import { processIdentity } from './record-shape.ts';

/** Something a build creates outside its own memory, noted before it is created, and who does so. */
export type JournalEntry =
  /** A file or folder; removed with all that is in it. */
  | { readonly kind: 'path'; readonly path: string }
  /** A folder that is removed only when nothing is left in it. */
  | { readonly kind: 'folder'; readonly path: string }
  | JournalDomain
  | JournalStorage
  /** The last storage noted under this name was not made after all: the name is somebody else's. */
  | { readonly kind: 'refused'; readonly storage: OwnStorage }
  /** Domains and storage noted so far are the user's from here on. */
  | { readonly kind: 'handed-over' }
  | JournalProcess;

/** Who runs the build from here on. It is in the record as well, but that may be damaged while the build runs. */
type JournalProcess = { readonly kind: 'process' } & ProcessIdentity;

/** undefined where no Kiln noted it. */
export function lastProcess(entries: readonly JournalEntry[]): ProcessIdentity | undefined {
  return entries.findLast((entry): entry is JournalProcess => entry.kind === 'process');
}

/** Which libvirt has it. */
type AtLibvirt = {
  readonly uri: string;
  /** It lives in a libvirtd that Kiln itself starts. */
  readonly privateDaemon: boolean;
};

export type JournalDomain = AtLibvirt & {
  readonly kind: 'domain';
  readonly uuid: string;
  readonly name: string;
  /** It carries no metadata of Kiln's (`--pure`): name and UUID must prove whose it is. */
  readonly pure?: true;
};

export type JournalStorage = AtLibvirt & { readonly kind: 'storage'; readonly storage: OwnStorage };

/** What of libvirt's a journal says is still the build's own, newest first; a pool that another build passed on is newer than what lies in it, so pools come last. */
export function ownedAtLibvirt(entries: readonly JournalEntry[]): (JournalDomain | JournalStorage)[] {
  let owned: (JournalDomain | JournalStorage)[] = [];
  for (const entry of entries) {
    if (entry.kind === 'storage') owned = owned.filter((other) => !isNotedAgain(other, entry));
    if (entry.kind === 'domain' || entry.kind === 'storage') owned.push(entry);
    if (entry.kind === 'handed-over') owned = [];
    if (entry.kind === 'refused') owned = owned.filter((other) => !isSameStorage(other, entry.storage));
  }
  const isPool = (entry: JournalDomain | JournalStorage): boolean =>
    entry.kind === 'storage' && entry.storage.kind === 'pool';
  const newestFirst = owned.reverse();
  return [...newestFirst.filter((entry) => !isPool(entry)), ...newestFirst.filter(isPool)];
}

/** Pools and volumes are noted again once they stand. */
function isNotedAgain(entry: JournalDomain | JournalStorage, { uri, storage }: JournalStorage): boolean {
  return entry.kind === 'storage' && entry.uri === uri && placeOf(entry.storage) === placeOf(storage);
}

const placeOf = (storage: OwnStorage): string =>
  JSON.stringify([storage.pool, storage.kind === 'pool' ? undefined : storage.name]);

function isSameStorage(entry: JournalDomain | JournalStorage, storage: OwnStorage): boolean {
  return entry.kind === 'storage' && JSON.stringify(entry.storage) === JSON.stringify(storage);
}

/**
 * The ownership journal of one build: clean-up removes what stands here and nothing else. Each entry reaches the disk before the
 * thing it names is created, so that not even `kill -9` leaves something unnoted.
 */
export type Journal = {
  note(entry: JournalEntry): void;
  /** Also what was noted through this object and stands in the file no more: somebody may have removed that while the build runs. */
  entries(): readonly JournalEntry[];
  /** Nothing of the build's is to be removed any more. */
  forget(): void;
};

export function openJournal(path: string): Journal {
  const noted: JournalEntry[] = [];
  return {
    note(entry) {
      const file = openSync(path, 'a', 0o600);
      try {
        writeFileSync(file, `${JSON.stringify(entry)}\n`);
        fsyncSync(file);
      } catch (error) {
        throw aboutFile(error, path);
      } finally {
        closeSync(file);
      }
      noted.push(entry);
    },
    entries: () => withLost(noted, readJournal(path)),
    forget() {
      noted.length = 0;
      rmSync(path, { force: true });
    },
  };
}

function withLost(noted: readonly JournalEntry[], inFile: readonly JournalEntry[]): readonly JournalEntry[] {
  const written = new Set(inFile.map((entry) => JSON.stringify(entry)));
  const lost = noted.filter((entry) => !written.has(JSON.stringify(entry)));
  return [...lost, ...inFile];
}

function readJournal(path: string): JournalEntry[] {
  let text: string;
  try {
    text = readAtOnce(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return [];
    throw error;
  }
  // A line cut short was being written when the machine went down; what it would have named was not created yet.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap(parseEntry);
}

/** Should something else have put a pipe there, nobody waits for its writer. */
function readAtOnce(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** A line that is no entry tells of nothing that could be removed. */
function parseEntry(line: string): JournalEntry[] {
  try {
    const entry = JSON.parse(line) as JournalEntry | null;
    const isPath = (entry?.kind === 'path' || entry?.kind === 'folder') && typeof entry.path === 'string';
    const isDomain =
      entry?.kind === 'domain' && typeof entry.uuid === 'string' && typeof entry.uri === 'string';
    const isStorage =
      (entry?.kind === 'storage' && typeof entry.uri === 'string' && isOwnStorage(entry.storage)) ||
      (entry?.kind === 'refused' && isOwnStorage(entry.storage));
    const isProcess = entry?.kind === 'process' && processIdentity(entry);
    const isKnown = isPath || isDomain || isStorage || isProcess || entry?.kind === 'handed-over';
    return entry && isKnown ? [entry] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isOwnStorage(storage: Partial<OwnStorage> | undefined): boolean {
  if (typeof storage?.pool !== 'string') return false;
  if (storage.kind === 'pool') {
    const { held = [] } = storage;
    return Array.isArray(held) && held.every((name) => typeof name === 'string');
  }
  if (storage.kind !== 'volume' || typeof storage.name !== 'string') return false;
  return [storage.path, storage.file].every((text) => text === undefined || typeof text === 'string');
}
