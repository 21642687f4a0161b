import type { ConsolePattern } from '../console-pattern.ts';

const row = { family: 'anaconda', phase: 'installing packages' } as const;
const SOURCES = ['url', 'repo', 'cdrom', 'harddrive', 'nfs', 'ostreesetup', 'liveimg'];

/**
 * What Anaconda says in its log alone, which reaches Kiln through a virtio port (installer-report.ts). The list agrees with what lorax
 * looks for in the same port (pylorax/monitor.py). A traceback is only a hint: some are caught, and the install goes on.
 */
export const ANACONDA_LOG_PATTERNS: readonly ConsolePattern[] = [
  {
    ...row,
    kind: 'error',
    id: 'anaconda.log-exception',
    phase: 'any time',
    regex: /^All kickstart %traceback script\(s\) have been run\b/,
    meaning: 'Anaconda itself failed with an exception',
    remedy: 'Its log names it; search it in the bug tracker of the distribution.',
    sample: { from: 'documented', text: 'All kickstart %traceback script(s) have been run' },
    never: 'All kickstart %post script(s) have been run',
  },
  {
    ...row,
    kind: 'error',
    id: 'anaconda.log-download-space',
    regex: /^Not enough disk space to download the packages\b/,
    meaning: 'there is no room to download the packages',
    remedy: 'Raise memory and the disk in the template: packages are kept on the larger of both.',
    mend: { settings: ['%packages', 'part', 'logvol', 'autopart'] },
    sample: { from: 'documented', text: 'Not enough disk space to download the packages; size 2.1 GiB.' },
    never: 'Enough disk space to download the packages',
  },
  {
    ...row,
    kind: 'error',
    id: 'anaconda.log-download',
    regex: /^error populating transaction after \d+ retries\b/,
    meaning: 'packages could not be downloaded',
    remedy: 'Check that the mirror is complete and can be reached all the time.',
    mend: { settings: SOURCES },
    sample: { from: 'documented', text: 'error populating transaction after 10 retries: failure: repodata' },
    never: 'error populating transaction, retrying (1/10)',
  },
  {
    ...row,
    kind: 'hint',
    id: 'anaconda.log-repository',
    regex: /^base repo \(.*\) not valid\b|^Failed to (?:download|set up|add) \S*[Rr]epo/,
    meaning: 'a package source cannot be used',
    remedy: 'Check `url`, `repo` or `cdrom` in the kickstart file, inst.repo= and the network.',
    mend: { settings: SOURCES },
    sample: {
      from: 'documented',
      text: 'base repo (URL/http://mirror.invalid/os) not valid -- removing it',
    },
    never: 'base repo is now anaconda',
  },
  {
    ...row,
    kind: 'hint',
    id: 'anaconda.log-missing-package',
    regex: /^Missed: (?:NoSuchPackage|NoSuchGroup)\b:? *(?<word>\S+)?/,
    meaning: 'a package or group of %packages does not exist',
    remedy: 'Correct %packages, or add the repository that holds it.',
    mend: { settings: ['%packages', 'repo'] },
    sample: { from: 'documented', text: 'Missed: NoSuchPackage: no-such-package' },
    never: 'Missed nothing',
  },
  {
    ...row,
    kind: 'warning',
    id: 'anaconda.log-script',
    phase: 'running scripts',
    regex: /^Error code (?<code>\d+) running the kickstart script at line (?<line>\d+)/,
    meaning: 'a %pre or %post script failed',
    remedy:
      'What it said may stand in logs/installer.log; with `--erroronfail` on its section the build ends there instead.',
    sample: { from: 'documented', text: 'Error code 2 running the kickstart script at line 13\n' },
    never: 'There was an error running the kickstart script at line 13.',
  },
  {
    ...row,
    kind: 'hint',
    id: 'anaconda.log-traceback',
    phase: 'any time',
    regex: /^Traceback \(most recent call last\):/,
    meaning: 'a part of Anaconda failed with an exception',
    remedy: 'The lines below it in the log name it; search them in the bug tracker of the distribution.',
    fallback: true,
    sample: { from: 'documented', text: 'Traceback (most recent call last):' },
    never: 'No traceback (yet)',
  },
];
