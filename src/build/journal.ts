import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Something a build creates outside its own memory, noted before it is created. */
export type JournalEntry =
  /** A file or folder; removed with all that is in it. */
  | { readonly kind: 'path'; readonly path: string }
  /** A folder that is removed only when nothing is left in it. */
  | { readonly kind: 'folder'; readonly path: string }
  | JournalDomain;

export type JournalDomain = {
  readonly kind: 'domain';
  readonly uuid: string;
  readonly name: string;
  readonly uri: string;
  /** The domain lives in a libvirtd that Kiln itself starts. */
  readonly privateDaemon: boolean;
};

/**
 * The ownership journal of one build: clean-up removes what stands here and nothing else. Each entry reaches the disk before the
 * thing it names is created, so that not even `kill -9` leaves something unnoted.
 */
export type Journal = {
  note(entry: JournalEntry): void;
  entries(): readonly JournalEntry[];
};

export function openJournal(path: string): Journal {
  return {
    note(entry) {
      const file = openSync(path, 'a', 0o600);
      try {
        writeSync(file, `${JSON.stringify(entry)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    entries: () => readJournal(path),
  };
}

function readJournal(path: string): JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  // A line cut short was being written when the machine went down; what it would have named was not created yet.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap(parseEntry);
}

/** A line that is no entry tells of nothing that could be removed. */
function parseEntry(line: string): JournalEntry[] {
  try {
    const entry = JSON.parse(line) as JournalEntry | null;
    const isPath = (entry?.kind === 'path' || entry?.kind === 'folder') && typeof entry.path === 'string';
    const isDomain =
      entry?.kind === 'domain' && typeof entry.uuid === 'string' && typeof entry.uri === 'string';
    return entry && (isPath || isDomain) ? [entry] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
