import { KICKSTART_RELEASES, KICKSTART_TABLE } from './command-table.ts';
import { KICKSEED_COMMANDS } from './kickseed-table.ts';
import { SECTION_OPTIONS } from './section-table.ts';

export type Status = 'known' | 'deprecated' | 'removed' | 'unknown';
const STATUS: Readonly<Record<string, Status>> = { '.': 'known', d: 'deprecated', x: 'removed' };

const ENTERPRISE = /^(?:rhel|centos-?stream|centos|rocky(?:linux)?|alma(?:linux)?|ol|oraclelinux)-?(\d+)/;

const KICKSEED = 'kickseed';

/** debian-installer's own reader, whose dialect is that of RHEL 4 and some words of its own. */
export const isKickseed = (os: string | undefined): boolean => /^(?:debian|ubuntu)/.test(os ?? '');

/** The column of the table for a system's id: CentOS Stream, Rocky, Alma and Oracle speak RHEL's dialect. */
export function kickstartRelease(os: string | undefined): string | undefined {
  if (isKickseed(os)) return KICKSEED;
  const id = os?.toLowerCase() ?? '';
  const enterprise = ENTERPRISE.exec(id)?.[1];
  const fedora = /^fedora-?(\d+)/.exec(id)?.[1];
  const release = enterprise ? `el${enterprise}` : `fedora${fedora ?? ''}`;
  return KICKSTART_RELEASES.includes(release) ? release : undefined;
}

const COMMANDS = new Map(
  KICKSTART_TABLE.map(([name, letters, options = {}]) => [name, { letters, options }]),
);

/** The commands a release's reader may know, for suggestions. */
export const commandNames = (os: string | undefined): readonly string[] =>
  isKickseed(os) ? [...KICKSEED_COMMANDS.keys()] : [...COMMANDS.keys()];

/** Without a release: known when any release knows it. */
function statusIn(letters: string, release: string | undefined): Status {
  if (release === undefined) return /[.d]/.test(letters) ? 'known' : 'removed';
  return STATUS[letters[KICKSTART_RELEASES.indexOf(release)] ?? ''] ?? 'unknown';
}

export function commandStatus(command: string, release: string | undefined): Status {
  if (release === KICKSEED) return KICKSEED_COMMANDS.has(command) ? 'known' : 'unknown';
  const row = COMMANDS.get(command);
  return row === undefined ? 'unknown' : statusIn(row.letters, release);
}

export function optionsOfCommand(command: string, release: string | undefined): ReadonlyMap<string, Status> {
  if (release === KICKSEED) {
    const names = KICKSEED_COMMANDS.get(command)?.split(' ') ?? [];
    return new Map(names.filter(Boolean).map((name) => [name, 'known' as const]));
  }
  return wordsIn(COMMANDS.get(command)?.options ?? {}, release);
}

/** The option that a word means: itself, or the only one that begins so, since pykickstart takes abbreviations. */
export function fullOption(word: string, known: ReadonlyMap<string, Status>): string {
  if (known.has(word)) return word;
  const [option, another] = [...known].filter(
    ([name, status]) => status !== 'removed' && name.startsWith(word),
  );
  return option === undefined || another !== undefined ? word : option[0];
}

/** Of a section's header; undefined for sections whose options are not looked at, as those of kickseed. */
export function optionsOfSection(
  section: string,
  release: string | undefined,
): ReadonlyMap<string, Status> | undefined {
  const options = release === KICKSEED ? undefined : SECTION_OPTIONS.get(section);
  return options === undefined ? undefined : wordsIn(options, release);
}

/** Of words under their letters, those that a release has ever known. */
export function wordsIn(
  options: Readonly<Record<string, string>>,
  release: string | undefined,
): ReadonlyMap<string, Status> {
  return new Map(
    Object.entries(options).flatMap(([letters, names]) => {
      const status = statusIn(letters, release);
      return status === 'unknown' ? [] : names.split(' ').map((name) => [name, status] as const);
    }),
  );
}

/** A section may go on to the next one without an `%end`: pykickstart wants it since Fedora 8, but RHEL 6's only warns. */
export const isEndless = (os: string | undefined): boolean =>
  knowsNoEnd(os) || kickstartRelease(os) === 'el6';

/** RHEL 5 and kickseed take `%end` for a line like others. */
export const knowsNoEnd = (os: string | undefined): boolean =>
  ['el5', KICKSEED].includes(kickstartRelease(os) ?? '');
