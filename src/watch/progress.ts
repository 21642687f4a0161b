import type { InstallProgress } from './install-outcome.ts';

/** How an installer tells what it does. `read` gets the line with what it said before. */
export type ProgressRule = {
  /** Stable, as the ids of console patterns. */
  readonly id: string;
  readonly regex: RegExp;
  readonly read: (match: RegExpExecArray) => InstallProgress;
};

const percentOf = (text: string | undefined): number => Math.min(100, Number(text));
const lastPercent = (line: string): number => percentOf([...line.matchAll(/(\d{1,3})%/g)].at(-1)?.[1]);

/** The first rule that matches counts. */
export const PROGRESS_RULES: readonly ProgressRule[] = [
  {
    id: 'test-installer.started',
    regex: /^KILN TEST INSTALLER \S+ starting/,
    read: () => ({ phase: 'Starting the test installer' }),
  },
  {
    id: 'test-installer.step',
    regex: /^Installing: (\S.*?)\s+\.\.\. (\d{1,3})%$/,
    read: (match) => ({ phase: match[1] ?? '', percent: percentOf(match[2]) }),
  },
  {
    id: 'debian-installer.phase',
    // Text frontend: `<title>  ... 2%... 95%... 100%` on one growing line; some titles end in `...` themselves.
    regex: /^(\S.*?)(?:\.\.\.)?\s+\.\.\. \d{1,3}%/,
    read: (match) => ({ phase: match[1] ?? '', percent: lastPercent(match.input) }),
  },
  {
    id: 'anaconda.package',
    // Percentages count packages; `Installing bash.x86_64 (12/345)`, also Verifying, Configuring, Upgrading.
    regex: /^(Installing|Configuring|Verifying|Upgrading) \S+ \((\d+)\/(\d+)\)$/,
    read: (match) => ({
      phase: `${match[1]} packages`,
      percent: Math.floor((100 * Number(match[2])) / Math.max(1, Number(match[3]))),
    }),
  },
  {
    id: 'anaconda.downloading',
    regex: /^Downloading (\d+) RPMs, .*?\(?(\d{1,3})%\)? done\.?$/,
    read: (match) => ({ phase: 'Downloading packages', percent: percentOf(match[2]) }),
  },
  {
    id: 'anaconda.started',
    regex: /^(?:Starting installer, one moment|anaconda \S+ for \S.* started\.)/,
    read: () => ({ phase: 'Starting Anaconda' }),
  },
  {
    id: 'anaconda.phase',
    regex:
      /^(Setting up the installation environment|Configuring storage|Creating \S+ on \S+|Running pre-installation (?:scripts|tasks)|Starting package installation process|Downloading packages|Preparing transaction from installation source|Performing post-installation setup tasks|Installing boot loader|Configuring installed system|Writing network configuration|Creating users|Configuring addons|Generating initramfs|Storing configuration files and kickstarts|Running post-installation (?:scripts|tasks)|Installation complete)\b\.*\s*/,
    read: (match) => ({ phase: match[1] ?? '' }),
  },
  {
    id: 'subiquity.step',
    regex: /^(?:\[[^\]]*\] )?start: subiquity\/(\S+?)(?::|$)\s*(.*)$/,
    read: (match) => ({ phase: match[2] || match[1] || '' }),
  },
  {
    id: 'fai.task',
    regex: /^Calling task_(\S+)$/,
    read: (match) => ({ phase: `FAI task ${match[1]}` }),
  },
];

/** The Debian installer underlines the title of a question or message; it says more than the last percentage. */
function isUnderline(line: string, title: string | undefined): title is string {
  return title !== undefined && /^-{3,}$/.test(line) && Math.abs(title.length - line.length) <= 1;
}

/** @returns what the line tells, undefined when it tells nothing about progress; `previous` is the line above. */
export function progressOf(line: string, previous?: string): InstallProgress | undefined {
  if (isUnderline(line, previous)) return { phase: previous };
  for (const { regex, read } of PROGRESS_RULES) {
    const match = regex.exec(line);
    if (match !== null) return read(match);
  }
  return undefined;
}
