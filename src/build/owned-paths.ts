import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import { LOGS_FOLDER } from '../foundation/result-files.ts';
import { type BuildDirectory, workFolderName } from './build-directory.ts';
import type { BuildRecord } from './build-records.ts';
import type { JournalEntry } from './journal.ts';

/** Something of a build's that clean-up may remove. */
export type OwnedPath = {
  readonly path: string;
  /** `tree`: a folder of Kiln's making, with all that is in it; `file`: never a folder; `folder`: only when empty. */
  readonly kind: 'tree' | 'file' | 'folder';
};

export type OwnedPaths = {
  readonly owned: readonly OwnedPath[];
  /** What the journal names and no build of this id makes: the journal is damaged, or somebody else wrote it. */
  readonly foreign: readonly string[];
};

type Build = Pick<BuildRecord, 'id' | 'directory'>;

/**
 * Of the paths a journal names those that are the build's: below its folder what builds put there, elsewhere what has the build's id in
 * its name. A journal is a file, and what stands in a file can be wrong.
 */
export function ownedPaths(build: Build, journal: readonly JournalEntry[]): OwnedPaths {
  const owned = new Map<string, OwnedPath>();
  const foreign = new Set<string>();
  for (const entry of journal) {
    if (entry.kind !== 'path' && entry.kind !== 'folder') continue;
    const kind = kindOf(build, entry);
    if (kind === undefined) foreign.add(entry.path);
    else if (kind !== 'inside') owned.set(resolve(entry.path), { path: resolve(entry.path), kind });
  }
  return { owned: [...owned.values()], foreign: [...foreign] };
}

type JournalPath = Extract<JournalEntry, { readonly kind: 'path' | 'folder' }>;

/** `inside`: goes with the work folder. */
function kindOf({ id, directory }: Build, entry: JournalPath): OwnedPath['kind'] | 'inside' | undefined {
  if (!isAbsolute(entry.path) || entry.path.includes('\0')) return undefined;
  const path = resolve(entry.path);
  const root = directory === '' ? undefined : resolve(directory);
  if (entry.kind === 'folder') return path === root ? 'folder' : undefined;
  const [name, parent] = [basename(path), dirname(path)];
  const work = workFolderName(id);
  if (name === work) return root === undefined || parent === root ? 'tree' : undefined;
  if (namesElsewhere(id).includes(name)) return 'tree';
  if (root === undefined) return undefined;
  if (path.startsWith(`${resolve(root, work)}${sep}`)) return 'inside';
  if (parent !== root) return undefined;
  return name === LOGS_FOLDER ? 'tree' : 'file';
}

/** In libvirt's folder for boot files and in the runtime folder. */
const namesElsewhere = (id: string): string[] => [
  `kiln-${id}`,
  `kiln-${id}-cloud-init.iso`,
  `metadata-${id}`,
];

/**
 * Whether a link has come into the place of a build's folder, or into the way to it: what lies behind it is somebody else's, whatever its
 * name. Kiln writes a build's folder down without links.
 */
export function isReplacedByLink(directory: string): boolean {
  try {
    return realpathSync(directory) !== resolve(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'ELOOP' || code === 'ENOTDIR') return true;
    throw error;
  }
}

type Folder = Pick<BuildDirectory, 'root' | 'work'>;

/** Why the folder of a build that goes on is not its own any more: while the build lasts, its work folder is in it. */
export function whyReplaced({ root, work }: Folder): string | undefined {
  if (isReplacedByLink(root)) return replacedText(root);
  if (existsSync(work)) return undefined;
  return `${root} was moved away or replaced: ${basename(work)}, the build's own, is not in it`;
}

/** Before a build writes into its folder again after a long time. @throws HostError `host.output-replaced` */
export function requireOwnFolder(folder: Folder): void {
  const why = whyReplaced(folder);
  if (why === undefined) return;
  throw new HostError(
    'host.output-replaced',
    `During the build ${why}. Nothing is written there any more. Leave the folder where it is, or name another one, and build again.`,
    { details: { directory: folder.root } },
  );
}

export const replacedText = (directory: string): string => `a link stands in the place of ${directory}`;
