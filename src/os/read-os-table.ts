import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { fileType } from '../foundation/read-regular-file.ts';
import { parseSize } from '../foundation/size.ts';
import { badTable, checkOsFile } from './check-os-file.ts';
import type { Distribution, OperatingSystem, OsInstaller, PasswordHash } from './operating-system.ts';

/** One file of `os-table/`: what its systems share, then each one's own. docs/os.md describes the keys. */
type OsFile = {
  readonly distribution: string;
  readonly names: readonly string[];
  readonly idPrefix: string;
  readonly versionParts: number;
  readonly defaults: Partial<OsRow>;
  /** Rows that stand for releases the table does not have. */
  readonly generic: readonly OsRow[];
  readonly systems: readonly OsRow[];
};

type Sizes = 'minimumMemory' | 'minimumMemoryNetwork' | 'minimumDisk';
/** A row with the file's defaults below it; sizes are still text. */
type OsRow = Omit<
  OperatingSystem,
  Sizes | 'distribution' | 'generic' | 'family' | 'scriptKinds' | 'passwordHash'
> & {
  readonly passwordHash?: PasswordHash;
} & {
  readonly [size in Sizes]?: string;
};

export type OsTable = {
  /** Systems before the generic rows. */
  readonly systems: readonly OperatingSystem[];
  readonly distributions: readonly Distribution[];
};

/**
 * Reads every `*.json` of a folder; a few milliseconds. Users add files of their own.
 * @throws SpecError `os.bad-table`
 */
export function readOsTable(folder: string): OsTable {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const files = names.sort().map((name) => readOsFile(join(folder, name)));
  const rows = (which: 'systems' | 'generic'): OperatingSystem[] =>
    files.flatMap((file) => file[which].map((row) => systemOf(row, file, which === 'generic')));
  return {
    systems: [...rows('systems'), ...rows('generic')],
    distributions: files.map((file) => ({
      name: file.distribution,
      patterns: file.names.map((pattern) => new RegExp(pattern, 'i')),
      idPrefix: file.idPrefix,
      versionParts: file.versionParts,
      family: usual(file.defaults.installers).family,
    })),
  };
}

function readOsFile(path: string): OsFile {
  const text = textOf(path);
  try {
    const file = JSON.parse(text) as OsFile;
    checkOsFile(file, path);
    return file;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw badTable(`${path}${lineOf(cause.message, text)}`, `it is not JSON: ${cause.message}`, cause);
  }
}

/** `:12` where the message tells the place: not for every fault. */
function lineOf(message: string, text: string): string {
  const atEnd = message.includes('end of JSON') ? text.length : undefined;
  const at = /position (\d+)/.exec(message)?.[1] ?? atEnd;
  return at === undefined ? '' : `:${text.slice(0, Number(at)).split('\n').length}`;
}

/** A pipe would wait for its writer for ever. */
function textOf(path: string): string {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw badTable(path, `it is ${fileType(found)}, not a file`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw cause instanceof SpecError ? cause : badTable(path, `it cannot be read (${code})`, cause);
  }
}

function systemOf(row: OsRow, file: OsFile, generic: boolean): OperatingSystem {
  const { minimumMemory, minimumMemoryNetwork, minimumDisk, ...all } = { ...file.defaults, ...row };
  const installers = all.installers ?? [];
  return {
    ...all,
    aliases: row.aliases ?? [],
    distribution: file.distribution,
    generic,
    internal: row.internal ?? false,
    installers,
    family: usual(installers).family,
    scriptKinds: [...new Set(installers.flatMap(({ scriptKinds }) => scriptKinds))],
    minimumMemory: parseSize(minimumMemory ?? '0'),
    minimumMemoryNetwork: parseSize(minimumMemoryNetwork ?? minimumMemory ?? '0'),
    minimumDisk: parseSize(minimumDisk ?? '0'),
    firstBootQuirks: all.firstBootQuirks ?? [],
    suites: row.suites ?? [],
    passwordHash: all.passwordHash ?? 'sha512',
    emulationQuirks: all.emulationQuirks ?? [],
  };
}

function usual(installers: readonly OsInstaller[] | undefined): OsInstaller {
  const first = installers?.[0];
  if (first === undefined) throw new TypeError('checked files have an installer');
  return first;
}
