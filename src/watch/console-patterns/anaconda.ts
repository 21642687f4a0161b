import type { ConsolePattern } from '../console-pattern.ts';
import { ANACONDA_PROMPT_PATTERNS } from './anaconda-prompts.ts';
import { saidBy } from './said-by.ts';

const error = { family: 'anaconda', kind: 'error' } as const;
const SOURCES = ['url', 'repo', 'cdrom', 'harddrive', 'nfs', 'ostreesetup', 'liveimg'];
const STORAGE = [
  'ignoredisk',
  'clearpart',
  'part',
  'partition',
  'autopart',
  'volgroup',
  'logvol',
  'reqpart',
  'bootloader',
];

const said = (what: RegExp): RegExp =>
  saidBy(String.raw`(?:dracut|(?:py)?anaconda|parse-kickstart)[\w.-]*`, what);

/** Below the items of its menu it says in brackets what is wrong with them. */
const saidOrShown = (what: RegExp): RegExp =>
  new RegExp(String.raw`${said(what).source}|(?:^|\s{2})\((?:${what.source})`, what.flags);

/**
 * Anaconda in text or cmdline mode (pyanaconda/errors.py, exception.py, ui/tui/; dracut/ for its first stage). The list agrees
 * with what the kickstart-tests project of the same people looks for.
 */
export const ANACONDA_PATTERNS: readonly ConsolePattern[] = [
  {
    ...error,
    id: 'anaconda.kickstart-syntax',
    phase: 'reading the kickstart file',
    regex: said(/The following problem occurred on line (?<line>\d+) of the kickstart file/),
    meaning: 'the kickstart file has a mistake',
    detail: /of the kickstart file:\s+(?<named>\S[^\n]{0,200})/,
    // The line that it names is all there is to look at.
    mend: { settings: [] },
    remedy: 'Correct that line; `kiln plan` checks scripts before a build.',
    sample: {
      from: 'documented',
      text: 'The following problem occurred on line 12 of the kickstart file:\n\nUnknown command: lan',
    },
    never: 'Reading line 12 of the kickstart file',
  },
  {
    ...error,
    id: 'anaconda.kickstart-fetch',
    phase: 'fetching the kickstart file',
    regex: said(/failed to fetch kickstart from |Can't get kickstart from |unknown network kickstart URL: /),
    meaning: 'the kickstart file could not be fetched',
    remedy:
      'Check the address in inst.ks=, that the server is reachable from the guest, and that it has the file.',
    sample: {
      from: 'documented',
      text: 'dracut-initqueue[912]: Warning: anaconda: failed to fetch kickstart from http://10.0.2.2:8000/ks.cfg',
    },
    never: 'dracut-initqueue[912]: anaconda: kickstart locations are: http://10.0.2.2:8000/ks.cfg',
  },
  {
    ...error,
    id: 'anaconda.stage2',
    phase: 'loading the installer',
    regex:
      /^(?:\[\s*\d+\.\d+\]\s*)?(?:dracut|anaconda)[\w.[\]-]*: (?:Warning: )?(?:anaconda: )?(?:failed to (?:fetch|find|mount) (?:stage2|install|squashfs)|can't find installer main image)/i,
    meaning: 'the second stage of the installer was not found',
    remedy: 'Check inst.repo=, inst.stage2= and that the guest has enough memory.',
    sample: {
      from: 'documented',
      text: "dracut-initqueue[701]: Warning: can't find installer main image path in .treeinfo",
    },
    never: 'dracut-initqueue[701]: anaconda: found /run/install/repo',
  },
  {
    ...error,
    id: 'anaconda.media-check',
    phase: 'checking the media',
    regex: said(/Media check failed! We do not recommend using this medium/),
    meaning: 'the install media is damaged',
    remedy:
      'Fetch it again and check it against its checksum; rd.live.check can be left out of the kernel line.',
    sample: {
      from: 'documented',
      text: 'dracut-initqueue[890]: Warning: Media check failed! We do not recommend using this medium. System will halt in 12 hours',
    },
    never: 'The media check is complete, the result is: PASS.',
  },
  {
    ...error,
    id: 'anaconda.memory',
    phase: 'starting the installer',
    regex:
      /^[A-Z][\w .-]{0,60} requires \d+ MB of memory to install, but you only have \d+ MB on this machine/,
    meaning: 'the guest has too little memory for Anaconda',
    remedy: 'Raise memory in the template (--memory).',
    sample: {
      from: 'documented',
      text: 'CentOS Stream requires 1536 MB of memory to install, but you only have 981 MB on this machine.',
    },
    never: 'memory: 981 MB',
  },
  {
    ...error,
    id: 'anaconda.mandatory-spokes',
    phase: 'before the install',
    regex: said(/The following mandatory spokes are not completed/),
    meaning: 'the kickstart file leaves mandatory answers out; the next lines name them',
    remedy: 'Add the commands for what the next lines name.',
    mend: {
      settings: [],
      add: ['rootpw --lock', 'timezone UTC --utc', 'clearpart --all --initlabel', 'autopart', 'url --url=…'],
    },
    sample: {
      from: 'documented',
      text: 'The following mandatory spokes are not completed:\nInstallation Destination\nRoot Password',
    },
    never: 'All mandatory spokes are completed',
  },
  {
    ...error,
    id: 'anaconda.payload',
    phase: 'setting up the package source',
    regex: saidOrShown(
      /Payload setup error|Error setting up (?:base repository|software source|repositories)|Failed to set up installation source|(?:An |The following )?error occurred while setting up the payload/i,
    ),
    meaning: 'the package source cannot be used',
    remedy: 'Check `url`, `repo` or `cdrom` in the kickstart file, inst.repo= and the network.',
    mend: { settings: SOURCES },
    sample: { from: 'documented', text: 'Error setting up base repository' },
    never: 'Setting up base repository',
  },
  {
    ...error,
    id: 'anaconda.storage',
    phase: 'preparing the disk',
    regex: said(
      /storage configuration failed|An error occurred while activating your storage configuration|There is a problem with your existing storage configuration/i,
    ),
    meaning: 'the storage configuration of the kickstart file cannot be applied',
    remedy: 'Check disk names (ignoredisk, clearpart) and sizes against the disk of the template.',
    mend: { settings: STORAGE },
    sample: { from: 'documented', text: 'storage configuration failed: No usable disks selected.' },
    never: 'Configuring storage',
  },
  {
    ...error,
    id: 'anaconda.no-disks',
    phase: 'preparing the disk',
    regex: saidOrShown(
      /No disks (?:detected|selected)|No usable disks|Disk "?\S+"? (?:given in|in) \w+ command does not exist/,
    ),
    meaning: 'the kickstart file names a disk that the guest does not have, or there is none',
    remedy:
      'Compare the disk names in the kickstart file with the disk bus of the template (virtio: vda, SATA and SCSI: sda).',
    mend: { settings: STORAGE },
    sample: { from: 'documented', text: 'Disk "sdz" given in clearpart command does not exist.' },
    never: 'Disks selected: vda',
  },
  {
    ...error,
    id: 'anaconda.no-space',
    phase: 'preparing the disk',
    regex: /Not enough space in file systems for the current software selection/,
    meaning: 'the disk is too small for the selected packages',
    remedy: 'Enlarge the disk in the template or the partitions in the kickstart file.',
    mend: { settings: ['part', 'partition', 'logvol', 'autopart', '%packages'] },
    sample: {
      from: 'documented',
      text: 'Not enough space in file systems for the current software selection. An additional 2.1 GiB is needed.',
    },
    never: 'Checking space in file systems',
  },
  {
    ...error,
    id: 'anaconda.packages',
    phase: 'choosing packages',
    regex: /Some packages, groups or modules are (?:broken|missing)|No match for argument: (?<word>\S+)/,
    meaning: 'packages or groups of %packages do not exist or cannot be installed',
    remedy: 'Correct %packages, or add the repository that holds them.',
    mend: { settings: ['%packages', 'repo'] },
    sample: { from: 'documented', text: 'Some packages, groups or modules are missing.' },
    never: 'Some packages were downgraded',
  },
  {
    ...error,
    id: 'anaconda.scriptlet',
    phase: 'installing packages',
    regex:
      /Error in (?:POSTIN|POSTTRANS|PREIN|<unknown>) scriptlet in rpm package (?<word>\S+)|Transaction check error:/,
    meaning: "a package's own script failed while it was installed",
    remedy: 'Leave the package out of %packages, or raise memory and disk: a full disk is the usual reason.',
    mend: { settings: ['%packages'] },
    sample: { from: 'documented', text: 'Error in POSTIN scriptlet in rpm package kernel-core' },
    never: 'Running scriptlet: kernel-core-6.12.0-1.x86_64',
  },
  {
    ...error,
    id: 'anaconda.payload-install',
    phase: 'installing packages',
    regex: said(
      /The following error occurred while installing the payload|The transaction process has ended with errors/,
    ),
    meaning: 'the packages could not be installed',
    remedy: 'The next lines name the package; a full disk or a broken mirror is the usual reason.',
    mend: { settings: ['%packages', ...SOURCES] },
    sample: {
      from: 'documented',
      text: 'The following error occurred while installing the payload. This is a fatal error and installation will be aborted.',
    },
    never: 'Installing the payload',
  },
  {
    ...error,
    id: 'anaconda.boot-loader',
    phase: 'installing the boot loader',
    regex: said(/The following error occurred while installing the boot loader/),
    meaning: 'the boot loader could not be installed',
    remedy:
      'Check `bootloader` and that the disk has the partition its firmware needs (biosboot, or /boot/efi on UEFI: reqpart adds it).',
    mend: { settings: ['bootloader', 'reqpart', 'part', 'autopart'] },
    sample: {
      from: 'documented',
      text: 'The following error occurred while installing the boot loader. The system will not be bootable.',
    },
    never: 'Installing boot loader',
  },
  {
    ...error,
    id: 'anaconda.script',
    phase: 'running scripts',
    regex: said(/There was an error running the kickstart script at line (?<line>\d+)/),
    meaning: 'a %pre or %post script marked --erroronfail ended with an error',
    remedy: 'Make the script end with exit code 0; its output is in the console lines that follow.',
    mend: { settings: ['%post', '%pre', '%pre-install'] },
    sample: {
      from: 'documented',
      text: 'There was an error running the kickstart script at line 40.  This is a fatal error and installation will be aborted.',
    },
    never: 'Running post-installation scripts',
  },
  {
    ...error,
    id: 'anaconda.hardware',
    phase: 'any time',
    regex: said(/The installation was stopped due to what seems to be a problem with your hardware/),
    meaning: 'Anaconda could not read or write a device',
    remedy: 'Check the media against its checksum and the free space of this host.',
    sample: {
      from: 'documented',
      text: 'The installation was stopped due to what seems to be a problem with your hardware. The exact error message is:',
    },
    never: 'Probing your hardware',
  },
  {
    ...error,
    id: 'anaconda.exception',
    phase: 'any time',
    regex: said(/An unknown error has occ?urr?ed|anaconda \S+ exception report/),
    meaning: 'Anaconda itself failed with an exception',
    remedy:
      'Its report is in /tmp/anaconda-tb-* of the guest; search it in the bug tracker of the distribution.',
    fallback: true,
    sample: { from: 'documented', text: 'anaconda 34.25.4.9 exception report' },
    never: 'anaconda 34.25.4.9-1.el9 for CentOS Stream 9 started.',
  },
  {
    ...error,
    id: 'anaconda.stopped',
    phase: 'any time',
    regex: said(
      /The installation was stopped due to an error|Non interactive installation failed|Running in cmdline mode, no interactive debugging allowed/,
    ),
    meaning: 'Anaconda stopped in non-interactive mode',
    remedy: 'The lines after "The exact error message is" name what to correct in the kickstart file.',
    fallback: true,
    sample: {
      from: 'documented',
      text: 'The installation was stopped due to an error which occurred while running in non-interactive cmdline mode. Since there cannot be any questions in cmdline mode, edit your kickstart file and retry installation.',
    },
    never: 'The installation was started in non-interactive cmdline mode',
  },
  ...ANACONDA_PROMPT_PATTERNS,
];
