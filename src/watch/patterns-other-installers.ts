import type { ConsoleFamily, ConsolePattern, PatternKind } from './console-pattern.ts';

const row = (
  family: ConsoleFamily,
  kind: PatternKind,
  id: string,
  regex: RegExp,
  meaning: string,
  suggestion?: string,
): ConsolePattern => ({
  id: `${family}.${id}`,
  family,
  kind,
  regex,
  meaning,
  ...(suggestion === undefined ? {} : { suggestion }),
});

/**
 * Anaconda in text or cmdline mode (pyanaconda/ui/tui, pyanaconda/errors.py, dracut/). The list of texts agrees with
 * what the kickstart-tests project of the same people looks for.
 */
export const ANACONDA_PATTERNS: readonly ConsolePattern[] = [
  row(
    'anaconda',
    'error',
    'kickstart-syntax',
    /The following problem occurred on line \d+ of the kickstart file/,
    'the kickstart file has a mistake; the next lines name it',
    'Correct that line; `kiln plan` checks scripts before a build.',
  ),
  row(
    'anaconda',
    'error',
    'stopped',
    /The installation was stopped due to an error/,
    'Anaconda stopped in non-interactive mode',
    'The lines before it name the error.',
  ),
  row(
    'anaconda',
    'error',
    'exception',
    /(An unknown error has occurred|^anaconda \S+ exception report|===.*An unknown error has occurred)/,
    'Anaconda itself failed with an exception',
  ),
  row(
    'anaconda',
    'error',
    'payload',
    /Payload setup error|Error setting up (base repository|software source)|Failed to set up installation source/i,
    'the package source cannot be used',
    'Check `url`, `repo` or `cdrom` in the kickstart file, inst.repo= and the network.',
  ),
  row(
    'anaconda',
    'error',
    'storage',
    /storage configuration failed/i,
    'the storage configuration of the kickstart file cannot be applied',
    'Check disk names (ignoredisk, clearpart) and sizes against the disk of the template.',
  ),
  row(
    'anaconda',
    'error',
    'no-space',
    /Not enough space in file systems for the current software selection/,
    'the disk is too small for the selected packages',
    'Enlarge the disk in the template or the partitions in the kickstart file.',
  ),
  row(
    'anaconda',
    'error',
    'packages',
    /Some packages, groups or modules are (broken|missing)/,
    'packages or groups of %packages do not exist or cannot be installed',
    'Correct %packages, or add the repository that holds them.',
  ),
  row(
    'anaconda',
    'error',
    'mandatory-spokes',
    /The following mandatory spokes are not completed/,
    'the kickstart file leaves mandatory answers out; the next lines name them',
    'Add the missing commands, for example rootpw, autopart, clearpart or timezone.',
  ),
  row(
    'anaconda',
    'error',
    'script',
    /There was an error running the kickstart script at line \d+/,
    'a %pre or %post script marked --erroronfail ended with an error',
  ),
  row(
    'anaconda',
    'error',
    'stage2',
    /(dracut|anaconda)[^:]*: (Warning: )?(anaconda: )?(failed to (fetch|find|mount) (stage2|install|squashfs)|can't find installer main image)/i,
    'the second stage of the installer was not found',
    'Check inst.repo=, inst.stage2= and that the guest has enough memory.',
  ),
  row(
    'anaconda',
    'prompt',
    'ignore',
    /Would you like to ignore this and continue with installation\?/,
    'it asks whether to go on after a problem',
    'Boot with inst.cmdline, then Anaconda ends instead of asking; correct the problem named above.',
  ),
  row(
    'anaconda',
    'prompt',
    'hub',
    /Please make (a|your) (selection|choice) from (the )?above/,
    'it shows a menu: the kickstart file leaves an answer out',
    'Items marked [!] in the menu are missing in the kickstart file.',
  ),
  row('anaconda', 'prompt', 'yes-no', /Please respond 'yes' or 'no'/, 'it asks a yes-or-no question'),
  row(
    'anaconda',
    'prompt',
    'press-enter',
    /Press \[?(ENTER|Enter)\]? to (continue|exit|quit)/,
    'it shows a message and waits for the enter key',
  ),
];

export const SUBIQUITY_PATTERNS: readonly ConsolePattern[] = [
  row(
    'subiquity',
    'prompt',
    'confirm',
    /Continue with autoinstall\? \(yes\|no\)/,
    'it asks to confirm the automatic install',
    "Add the word 'autoinstall' to the kernel command line.",
  ),
  row(
    'subiquity',
    'error',
    'error',
    /An error occurred\. Press enter to start a shell/,
    'the Ubuntu installer failed',
    'Check /var/log/installer in the guest; error-commands can print it on the console.',
  ),
  row(
    'subiquity',
    'error',
    'validation',
    /Malformed autoinstall in '?\S+|autoinstall.*[Vv]alidation ?[Ee]rror/,
    'the autoinstall file is not valid',
    'Correct the key that the message names.',
  ),
];

/** The project's own test installer (fixtures/test-installer). */
export const TEST_INSTALLER_PATTERNS: readonly ConsolePattern[] = [
  row('test-installer', 'error', 'error', /\bINSTALLER ERROR: \S/, 'the test installer reports an error'),
  row(
    'test-installer',
    'prompt',
    'choose-disk',
    /^Please choose the disk to install to:$/,
    'it found no install script and asks for the disk',
    'Check how the install script is handed over (initrd, seed disk, HTTP).',
  ),
  row('test-installer', 'prompt', 'confirm', /^Do you really want this\? \[yes\/no\]$/, 'it asks to confirm'),
];
