import type { InstallProgress } from './install-outcome.ts';
import { isUnderline } from './question.ts';

/** How an installer tells what it does. `read` gets the line with what it said before. */
export type ProgressRule = {
  /** Stable, as the ids of console patterns. */
  readonly id: string;
  readonly regex: RegExp;
  readonly read: (match: RegExpExecArray) => InstallProgress;
  /** A line it reads, and one that looks alike and says nothing. */
  readonly sample: string;
  readonly never: string;
};

const percentOf = (text: string | undefined): number => Math.min(100, Number(text));
const lastPercent = (line: string): number => percentOf([...line.matchAll(/(\d{1,3})%/g)].at(-1)?.[1]);

/** The first rule that matches counts. */
export const PROGRESS_RULES: readonly ProgressRule[] = [
  {
    id: 'kernel.started',
    sample: '[    0.000000] Linux version 6.12.48+deb13-amd64 (debian-kernel@lists.debian.org)',
    never: '[    9.120000] Linux version 6.12.48 is installed',
    regex: /^\[ +0\.000000\] Linux version \d/,
    read: () => ({ phase: 'Starting the kernel' }),
  },
  {
    id: 'debian-installer.started',
    sample: 'Starting system log daemon: syslogd, klogd.',
    never: 'Starting system message bus: dbus.',
    // The first that its initrd says (fixtures/consoles); its first percentage may be minutes away.
    regex: /^Starting system log daemon: syslogd\b/,
    read: () => ({ phase: 'Starting the installer' }),
  },
  {
    id: 'test-installer.started',
    sample: 'KILN TEST INSTALLER 1.0 starting',
    never: 'starting the KILN TEST INSTALLER',
    regex: /^KILN TEST INSTALLER \S+ starting/,
    read: () => ({ phase: 'Starting the test installer' }),
  },
  {
    id: 'test-installer.package',
    sample: 'Installing: package 3 of 20 ... 32%',
    never: 'Installing: base system ... 25%',
    regex: /^Installing: package (\d+) of (\d+) \.\.\. (\d{1,3})%$/,
    read: (match) => ({
      phase: 'packages',
      percent: percentOf(match[3]),
      percentOf: 'install',
      packages: { done: Number(match[1]), total: Number(match[2]) },
    }),
  },
  {
    id: 'test-installer.step',
    sample: 'Installing: base system ... 25%',
    never: 'Installing the base system  ... 25%',
    regex: /^Installing: (\S.*?)(?<!\s)\s+\.\.\. (\d{1,3})%$/,
    read: (match) => ({ phase: match[1] ?? '', percent: percentOf(match[2]), percentOf: 'install' }),
  },
  {
    id: 'debian-installer.phase',
    sample: 'Installing the base system  ... 0%... 6%... 17%',
    never: '... 17%',
    // Text frontend: `<title>  ... 2%... 95%... 100%` on one growing line; some titles end in `...` themselves.
    regex: /^(\S.*?)(?:\.\.\.)?(?<!\s)\s+\.\.\. \d{1,3}%/,
    read: (match) => ({ phase: match[1] ?? '', percent: lastPercent(match.input) }),
  },
  {
    id: 'anaconda.package',
    sample: 'Installing bash.x86_64 (12/345)',
    never: 'Installing boot loader',
    // Percentages count packages; `Installing bash.x86_64 (12/345)`, also Verifying, Configuring, Upgrading.
    regex: /^(Installing|Configuring|Verifying|Upgrading) \S+ \((\d+)\/(\d+)\)$/,
    read: (match) => ({
      phase: `${match[1]} packages`,
      percent: Math.floor((100 * Number(match[2])) / Math.max(1, Number(match[3]))),
      packages: { done: Number(match[2]), total: Number(match[3]) },
    }),
  },
  {
    id: 'anaconda.downloading',
    sample: 'Downloading 345 RPMs, 12.3 MiB / 420.5 MiB (3%) done.',
    never: 'Downloading packages',
    regex: /^Downloading (\d+) RPMs, .*?\(?(\d{1,3})%\)? done\.?$/,
    read: (match) => ({ phase: 'Downloading packages', percent: percentOf(match[2]) }),
  },
  {
    id: 'anaconda.started',
    sample: 'anaconda 34.25.4.9-1.el9 for CentOS Stream 9 started.',
    never: 'the anaconda has started to move',
    regex: /^(?:Starting installer, one moment|anaconda \S+ for \S.* started\.)/,
    read: () => ({ phase: 'Starting Anaconda' }),
  },
  {
    id: 'anaconda.phase',
    sample: 'Installing boot loader',
    never: 'The boot loader is installed',
    regex:
      /^(Setting up the installation environment|Configuring storage|Creating \S+ on \S+|Running pre-installation (?:scripts|tasks)|Starting package installation process|Downloading packages|Preparing transaction from installation source|Performing post-installation setup tasks|Installing boot loader|Configuring installed system|Writing network configuration|Creating users|Configuring addons|Generating initramfs|Storing configuration files and kickstarts|Running post-installation (?:scripts|tasks)|Installation complete)\b\.*\s*/,
    read: (match) => ({ phase: match[1] ?? '' }),
  },
  {
    id: 'subiquity.step',
    sample: 'start: subiquity/Install/install/curtin_install: installing system',
    never: 'finish: subiquity/Install/install/curtin_install: SUCCESS: installing system',
    regex: /^(?:\[[^\]]*\] )?start: subiquity\/(\S+?)(?::|$)\s*(.*)$/,
    read: (match) => ({ phase: match[2] || match[1] || '' }),
  },
  {
    id: 'autoyast.phase',
    sample: '│ Preparing System for Automated Installation',
    never: 'It is preparing the system for automated installation',
    // Titles of YaST's dialogs and finish stages, which ncurses draws inside frames (yast-autoinstallation, inst_autosetup.rb and
    // inst_autoinit.rb; yast-installation, inst_finish.rb).
    regex:
      /^[\s│┌┤*─]*(Preparing System for Automat(?:ic|ed) Installation|Performing Installation|Installing Packages|Finishing Basic Installation|Copy files to installed system|Save configuration|Save installation settings|Install boot manager|Prepare system for initial boot)\b(?:.*?(\d{1,3})%)?/,
    read: (match) => ({
      phase: match[1] ?? '',
      ...(match[2] === undefined ? {} : { percent: percentOf(match[2]) }),
    }),
  },
  {
    id: 'ipxe.loader',
    sample: 'KILN-IPXE starting the installer',
    never: 'iPXE initialising devices...ok',
    regex: /^KILN-IPXE (network|fetching|loading|starting)\b(.*)$/,
    read: (match) => ({ phase: `iPXE: ${match[1]}${match[2]}` }),
  },
  {
    id: 'fai.task',
    sample: 'Calling task_instsoft',
    never: 'Exit code task_chboot: 2',
    regex: /^Calling task_(\S+)$/,
    read: (match) => ({ phase: `FAI task ${match[1]}` }),
  },
];

/**
 * @param previous the line above: the heading of a question says more than the last percentage
 * @returns what the line tells, undefined when it tells nothing about progress
 */
export function progressOf(line: string, previous?: string): InstallProgress | undefined {
  if (isUnderline(line, previous)) return { phase: previous };
  for (const { regex, read } of PROGRESS_RULES) {
    const match = regex.exec(line);
    if (match !== null) return read(match);
  }
  return undefined;
}
