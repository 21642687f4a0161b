import type { Question } from './question.ts';

/** iPXE's banner, or what it says before it (core/main.c of iPXE). */
const BEGINS = /^iPXE (?:\d|initialising devices)/;
/** Its banner may not have come over the console. */
const GOES_ON = /^KILN-IPXE /;
/** A disk that the script boots has the console until that fails. */
const DISK = /^Boot(?:ing)? from SAN device \S+(?<failed> failed)?/;
/** What it started speaks: a kernel (its code before the first line too, and any later line: it may be told to be quiet), a boot loader. */
const STARTED =
  /\bLinux version \d|^\[ *\d+\.\d{6}\] |^Probing EDD |^EFI stub: |^Decompressing Linux|^GRUB loading|^Welcome to GRUB|^(?:ISO|SYS|PXE|EXT)LINUX \d/;
/** The firmware goes on without it. */
const FIRMWARE =
  /^Booting from (?:Hard Disk|DVD\/CD|Floppy|ROM)\b|^Boot failed: |^No bootable device|^BdsDxe: /;
/** The machine starts anew. */
const AGAIN = /^SeaBIOS \(version /;

/** An error of its own, with the address that explains it. */
const ERROR = /\(https?:\/\/ipxe\.org\/[0-9a-f]+\)$|^\S+: command not found$/;

/** Patterns of a firmware that has nothing more to boot: that iPXE ended before says more. */
const FINDS_NOTHING: ReadonlySet<string> = new Set([
  'firmware.seabios-no-device',
  'firmware.seabios-boot-failed',
  'firmware.uefi-no-option',
  'firmware.uefi-shell',
]);

/** A serial console under SeaBIOS breaks lines there. */
const WIDTH = 80;
/** No line that iPXE prints is longer. */
const LONGEST_LINE = 10 * WIDTH;

/** Follows whether iPXE runs, and what it prints. */
export type IpxeRun = {
  /**
   * Takes the next line of the console. `unfinished`: the one under the cursor, which may grow.
   * @returns it with what was broken off it above; undefined when more of it comes below
   */
  read(line: string, unfinished: boolean): string | undefined;
  /** Another program has spoken. */
  leave(): void;
  /** Whether iPXE was started and has not handed over, as far as the console tells. */
  isRunning(): boolean;
  /** What a firmware's pattern means where iPXE ended without starting anything before; undefined where it did not. */
  endedBefore(patternId: string): string | undefined;
};

/** `ended`: the firmware has gone on. `away`: never started, or something else was since. */
type IpxeState = 'away' | 'running' | 'ended';

export function createIpxeRun(): IpxeRun {
  let state: IpxeState = 'away';
  let error: string | undefined;
  let begun = '';

  return {
    read: (line, unfinished) => {
      state = stateAfter(line, state);
      if (BEGINS.test(line)) error = undefined;
      const whole = state === 'running' ? begun + line : line;
      if (unfinished) return whole;
      const isBroken = state === 'running' && line.length === WIDTH && whole.length < LONGEST_LINE;
      begun = isBroken ? whole : '';
      if (state === 'running' && ERROR.test(whole)) error = whole;
      return isBroken ? undefined : whole;
    },
    leave: () => {
      state = 'away';
    },
    isRunning: () => state === 'running',
    endedBefore: (patternId) => {
      if (state !== 'ended' || !FINDS_NOTHING.has(patternId)) return undefined;
      return error === undefined ? 'iPXE ended' : `iPXE ended: ${error}`;
    },
  };
}

function stateAfter(line: string, state: IpxeState): IpxeState {
  if (BEGINS.test(line) || GOES_ON.test(line)) return 'running';
  const disk = DISK.exec(line);
  if (disk) return disk.groups?.failed === undefined ? 'away' : 'running';
  if (STARTED.test(line) || AGAIN.test(line)) return 'away';
  return state === 'running' && FIRMWARE.test(line) ? 'ended' : state;
}

/** What iPXE prints while it works (usr/ifmgmt.c, core/monojob.c): a card, a link or an address, dots, how far it is. */
const AT_WORK =
  /^(?:Configuring (?:\[\S+\] )?\([^)]*\)\.*|Waiting for link-up on \S+|iPXE initialising devices\.*|\S*)\.(?: +\[[^\]]*\]| *\d{1,3}%?)?$/;
/** How another unfinished line ends that will go on by itself: progress, an address, `ok`. */
const UNDER_WAY = /(?:\bok|%|\d|\/\S*(?<!\.))$/;

/** What `prompt` and `read` of a script have printed has no form of its own: a line is left unfinished, and nothing follows. */
export function ipxeAsks(unfinished: string): string | undefined {
  const text = unfinished.trim();
  const isAtWork = text === '' || AT_WORK.test(text) || UNDER_WAY.test(text);
  return isAtWork ? undefined : `iPXE asks: ${text}`;
}

/** hci/tui/menu_ui.c of iPXE: title in the second row, items from the fourth, two blanks before each. */
const [TITLE_ROW, MENU_ROW, LABEL_COLUMN] = [1, 3, 3];

/**
 * Reads the screens that iPXE itself draws: menus (`choose`), `login` and `config`. None has a frame, so this is only for a console on which
 * iPXE runs.
 */
export function readIpxeScreen(screen: readonly string[]): Question | undefined {
  const words = screen.map((row) => row.trim()).filter((row) => row !== '');
  if (words.some((row) => row === 'Username:') && words.some((row) => row === 'Password:'))
    return { title: 'iPXE form: login', text: words.filter((row) => row.endsWith(':')) };
  const title = screen[TITLE_ROW]?.trim() ?? '';
  if (/^iPXE (?:option )?configuration/.test(title))
    return { title: `iPXE form: ${title}`, text: words.slice(1, 4) };
  return isMenu(screen) ? { title: `iPXE menu: ${title}`, text: itemsOf(screen) } : undefined;
}

function isMenu(screen: readonly string[]): boolean {
  const row = screen[TITLE_ROW] ?? '';
  const title = row.trim();
  const indent = row.length - row.trimStart().length;
  const isCentred = title !== '' && Math.abs(indent - Math.floor((WIDTH - title.length) / 2)) <= 1;
  const items = screen.slice(MENU_ROW).filter((line) => line.trim() !== '' && line.trim() !== '...');
  const around = [screen[0] ?? '', screen[MENU_ROW - 1] ?? ''].every((line) => /^\s*(?:\.\.\.)?$/.test(line));
  return (
    isCentred &&
    around &&
    items.length > 0 &&
    items.every((line) => line.length - line.trimStart().length >= LABEL_COLUMN)
  );
}

/** Without the seconds that are left of a time-out. */
function itemsOf(screen: readonly string[]): string[] {
  return screen
    .slice(MENU_ROW)
    .map((row) => row.trim().replace(/\s+\(\d+\)$/, ''))
    .filter((row) => row !== '' && row !== '...');
}
