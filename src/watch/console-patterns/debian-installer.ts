import type { ConsolePattern } from '../console-pattern.ts';
import { DEBIAN_ERROR_PATTERNS } from './debian-errors.ts';
import { DEBIAN_QUESTION_PATTERNS } from './debian-questions.ts';

const prompt = { family: 'debian-installer', kind: 'prompt' } as const;
const MIRROR = ['mirror/http/hostname', 'mirror/http/directory', 'mirror/suite', 'mirror/http/proxy'];

/** Where a plain "answer this" would mislead: what is wrong lies elsewhere. */
const SPECIAL: readonly ConsolePattern[] = [
  {
    family: 'debian-installer',
    kind: 'error',
    id: 'debian-installer.started-over',
    phase: 'installing the base system',
    times: 2,
    // Of a progress bar only its beginning: the same bar is told once a step.
    regex: /^Installing the base system\s+\.\.\. 0%/,
    meaning: 'the installer started over: it does a step again that it had done',
    remedy:
      'Let the guest power off at the end (d-i debian-installer/exit/poweroff boolean true), or let it boot from its disk then.',
    sample: {
      from: 'documented',
      text: 'Installing the base system  ... 0%... 17%\nInstalling the base system  ... 0%... 6%\n',
    },
    never: 'Installing the base system  ... 17%',
  },
  {
    family: 'debian-installer',
    kind: 'error',
    id: 'debian-installer.no-such-package',
    phase: 'installing the base system',
    regex: /^Couldn't find these debs: (?<word>\S+)/,
    meaning: 'a package that shall be part of the base system is not in the archive or on the medium',
    remedy: 'Correct its name, or leave it out.',
    mend: { settings: ['base-installer/includes', 'pkgsel/include'] },
    sample: {
      from: 'recorded',
      text: "!! ERROR: Debootstrap Error\nThe following error occurred:\nCouldn't find these debs: no-such-package\n[Press enter to continue]",
    },
    never: 'Finding these debs: 12',
  },
  {
    ...prompt,
    id: 'debian-installer.preseed-location',
    phase: 'reading the preseed file',
    regex: /^Location of initial preconfiguration file:$/,
    meaning: 'auto=true is on the kernel command line, but no preseed file is named',
    remedy: 'Give url=, file= or an injected /preseed.cfg; leave auto=true out when only ks= is used.',
    sample: {
      from: 'recorded',
      text: "Location of initial preconfiguration file:\nPrompt: '?' for help>",
    },
    never: 'In order to perform an automated install, you need to supply a preconfiguration',
  },
  {
    ...prompt,
    id: 'debian-installer.media-mount',
    phase: 'finding the media',
    regex: /^Retry mounting installation media\?$/,
    meaning: 'the installation media could not be mounted',
    remedy:
      'Two installers on two consoles fight for it when the kernel command line lacks the word "auto" or "url"; otherwise check the media.',
    sample: {
      from: 'recorded',
      text: "Retry mounting installation media?\n  1: Yes [*]  2: No\nPrompt: '?' for help, default=1>",
    },
    never: 'Detect and mount installation media',
  },
  {
    ...prompt,
    id: 'debian-installer.download',
    phase: 'downloading',
    regex: /^Downloading a file failed:$/,
    meaning: 'a file could not be downloaded from the mirror',
    remedy: 'Check the network and that the mirror holds the files of this installer version.',
    mend: { settings: MIRROR },
    sample: {
      from: 'recorded',
      text: "Downloading a file failed:\n  1: Retry [*],  2: Change mirror,      3: Cancel,\nPrompt: '?' for help, default=1>",
    },
    never: 'Downloading a file',
  },
  {
    ...prompt,
    id: 'debian-installer.dhcp',
    phase: 'configuring the network',
    regex: /^Network autoconfiguration failed$/,
    meaning: 'no DHCP server answered the installer',
    remedy:
      'Give the guest a network (network: user), or configure it in the preseed file (netcfg/disable_autoconfig and netcfg/get_ipaddress …).',
    mend: { settings: ['netcfg/disable_autoconfig', 'netcfg/get_ipaddress', 'netcfg/choose_interface'] },
    sample: {
      from: 'documented',
      text: 'Network autoconfiguration failed\n\nYour network is probably not using the DHCP protocol.\n[Press enter to continue]',
    },
    never: 'Attempting IPv6 autoconfiguration...  ... 5%',
  },
  {
    ...prompt,
    id: 'debian-installer.driver-disk',
    phase: 'partitioning',
    regex: /^Driver needed for your disk drive:$/,
    meaning: 'the installer found no disk and asks for a driver',
    remedy: 'Check that the guest has a disk and its bus: this installer knows virtio, SATA, SCSI and NVMe.',
    sample: { from: 'documented', text: "Driver needed for your disk drive:\nPrompt: '?' for help>" },
    never: 'Detecting disks and all other hardware',
  },
  {
    ...prompt,
    id: 'debian-installer.partition-table',
    phase: 'partitioning',
    regex: /^This is an overview of your currently configured partitions/,
    meaning:
      'it shows the partitions and waits for somebody to finish: automatic partitioning did not happen',
    remedy: 'Check that partman-auto/disk names a disk of this guest and that the recipe fits on it.',
    mend: {
      settings: [
        'partman-auto/disk',
        'partman-auto/method',
        'partman/choose_partition',
        'partman-auto/expert_recipe',
      ],
      add: ['d-i partman-auto/method string regular', 'd-i partman/choose_partition select finish'],
    },
    sample: {
      from: 'documented',
      text: "This is an overview of your currently configured partitions and mount points.\nPrompt: '?' for help>",
    },
    never: 'Guided partitioning  ... 20%',
  },
  {
    ...prompt,
    id: 'debian-installer.main-menu',
    phase: 'any time',
    regex: /^(?:Debian installer main menu|Choose the next step in the install process:)$/,
    fallback: true,
    meaning: 'a step failed and the installer fell back to its main menu',
    remedy:
      'The syslog of the installer (logs/syslog.log, where Kiln receives it) names the step; a missing package or mirror file is the usual reason.',
    mend: { settings: MIRROR },
    sample: {
      from: 'recorded',
      text: "Debian installer main menu\n--------------------------\nChoose the next step in the install process:\nPrompt: '?' for help, default=13>",
    },
    never: 'Go back to the Debian installer main menu',
  },
];

/** What stands below whatever is asked (cdebconf, text.c); the lines above say what. */
const FRAMES: readonly ConsolePattern[] = [
  {
    ...prompt,
    id: 'debian-installer.press-enter',
    phase: 'any time',
    regex: /\[Press enter to continue\]$/,
    meaning: 'it shows a message and waits for the enter key',
    frame: true,
    sample: { from: 'recorded', text: 'Please try a different one.[Press enter to continue]' },
    never: '[Press enter to continue] pressed',
  },
  {
    ...prompt,
    id: 'debian-installer.question',
    phase: 'any time',
    regex: /^Prompt: '\?' for help(, default=.*)?>$/,
    meaning: 'it asks a question',
    frame: true,
    sample: { from: 'recorded', text: "Prompt: '?' for help, default=13>" },
    never: "Prompt: '?' for help> 1",
  },
];

/** The Debian installer, with its text frontend or the boxes of newt. First match counts. */
export const DEBIAN_INSTALLER_PATTERNS: readonly ConsolePattern[] = [
  ...DEBIAN_ERROR_PATTERNS,
  ...SPECIAL,
  ...DEBIAN_QUESTION_PATTERNS,
  ...FRAMES,
];
