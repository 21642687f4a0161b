import { describe, expect, it } from 'vitest';
import { createConsoleMemory } from '../../../src/watch/console-memory.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { watchesOfTests } from './support.ts';

/** What logs of good installs may hold: files that are shown, descriptions and names of packages, traces of scripts. */
const INNOCENT = [
  'x reboot: System halted (text in README)',
  'reboot: System halted (text in README)',
  'reboot: System halted',
  "+ echo '[   99.000001] reboot: System halted'",
  'the last line then is [   99.000001] reboot: System halted, and QEMU goes on',
  'Kernel panic - not syncing errors are told by kdump',
  ' Kernel panic - not syncing: what this package finds in logs',
  "+ echo '[    1.900000] Kernel panic - not syncing: VFS: Unable to mount root fs'",
  'earlyoom: acts before it says Out of memory: Killed process 211 (java)',
  'Out of memory: Killed process 1 (a line of the manual)',
  'smartd: see "I/O error, dev sda, sector 2048 op 0x1:(WRITE)" in the FAQ',
  'grep: INSTALLER ERROR: none found',
  '+ echo KILN TEST INSTALLER ERROR: no network',
  'Unpacking perl-modules: lib/Error.pm: "The installation was stopped due to an error which occurred"',
  '# The installation was stopped due to an error: see the log',
  ' The installation was stopped due to an error is what it says then',
  'README: Non interactive installation failed',
  "+ echo 'Running in cmdline mode, no interactive debugging allowed'",
  'doc: if it says that an error occurred while installing the payload, look at the mirror',
  'an error occurred while installing the boot loader of the other system',
  'test 12: The transaction process has ended with errors ... ok',
  'python3-kickstart: There was an error running the kickstart script at line 40',
  'msgid "There was an error running the kickstart script at line 40"',
  '# The following problem occurred on line 12 of the kickstart file',
  "curl: Can't get kickstart from there, trying again",
  'the dracut module: failed to mount install media is a warning',
  '+ : Media check failed! We do not recommend using this medium',
  '+ echo CentOS requires 1536 MB of memory to install, but you only have 981 MB on this machine',
  'see: The following mandatory spokes are not completed',
  'Selecting previously unselected package payload setup error-pages.',
  'test: Error setting up repositories ... ok',
  'libstorage: storage configuration failed in 0 of 12 tests',
  'smartmontools: No disks detected, nothing to watch',
  'test: No usable disks ... ok',
  'unit test: An unknown error has occurred ... ok',
  'the %traceback script(s) have been run before',
  '+ echo "Malformed autoinstall in \'storage\' section"',
  'python3-autoinstall: turns a Validation Error into a message',
  "log: Command execution failure: ['false'] was expected",
  'doc: An error occurred. Press enter to start a shell',
  'cloud-init.8: Failed loading yaml blob means that YAML is broken',
  'an empty cloud config is allowed',
  'test: An error occurred while fetching the profile ... ok',
  'sample.xml: None or wrong base product has been defined in the file',
  'test: User script setup.sh failed. (expected)',
  'libparted: No Linux root partition found in 0 of 3 images',
  'zypper: These packages cannot be found in the software repositories: none',
];

const start = watchesOfTests();

describe('innocent text that holds the words of an installer or a kernel', () => {
  it.each(INNOCENT)('ends nothing: %s', (text) => {
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    memory.add({ lines: [{ text, redrawn: false }], partial: '', raw: text }, 0);
    expect(memory.error()?.pattern.id).toBeUndefined();
    expect(memory.panic()?.pattern.id).toBeUndefined();
  });

  it('lets an install go on, as a whole page of it', async () => {
    const run = await start();
    run.guest.print(`${INNOCENT.join('\r\n')}\r\nUnpacking hello (2.10-3)\r\n`);
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });

  it('does not explain a failure: a full disk that a test expects', () => {
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    const text = 'dd: error writing /tmp/x: No space left on device (expected by the test)';
    memory.add({ lines: [{ text, redrawn: false }], partial: '', raw: text }, 0);
    expect(memory.hint()).toBeUndefined();
  });
});

describe('what installers and kernels print', () => {
  const idOf = (text: string): string | undefined => {
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    memory.add({ lines: [{ text, redrawn: false }], partial: '', raw: text }, 0);
    return (memory.panic() ?? memory.error() ?? memory.hint())?.pattern.id;
  };

  it.each([
    ['[   99.000001] reboot: System halted', 'kernel.halted'],
    ['[   99.000001][    T1] reboot: System halted', 'kernel.halted'],
    ['debian login: [   99.000001] reboot: System halted', 'kernel.halted'],
    ['<6>[   99.000001] reboot: System halted', 'kernel.halted'],
    ['Unpacking hello[  201.5] Out of memory: Killed process 211 (anaconda)', 'kernel.oom-killer'],
    [
      '[   71.220113] blk_update_request: I/O error, dev vda, sector 2048 op 0x1:(WRITE)',
      'kernel.disk-error',
    ],
    [
      '[   71.220113] blk_update_request: critical medium error, dev vda, sector 2048 op 0x0:(READ)',
      'kernel.disk-error',
    ],
    [
      '[   31.120113] dracut-initqueue[912]: Warning: anaconda: failed to fetch kickstart from http://h/ks',
      'anaconda.kickstart-fetch',
    ],
    ['dracut-initqueue[912]: Warning: unknown network kickstart URL: x', 'anaconda.kickstart-fetch'],
    ['       (Error setting up repositories)   (Nothing selected)', 'anaconda.payload'],
    ['    (Warning checking storage)       (No disks selected)', 'anaconda.no-disks'],
    [
      'pyanaconda.errors.PayloadError: The transaction process has ended with errors.',
      'anaconda.payload-install',
    ],
    ['Storage configuration failed: No usable disks selected.', 'anaconda.storage'],
    ["finish: subiquity/core: FAIL: Malformed autoinstall in 'storage' section", 'subiquity.validation'],
    [
      "subiquity.server.autoinstall.AutoinstallValidationError: Malformed autoinstall in 'x' section",
      'subiquity.validation',
    ],
    ['subiquity.AutoinstallValidationError', 'subiquity.validation'],
    ['[   31.2] subiquity[812]: autoinstall: validation error', 'subiquity.validation'],
    ["subiquity_event.812[812]: Command execution failure: ['false']", 'subiquity.command'],
    ['│ User script setup.sh failed. │', 'autoyast.script'],
    ['x These packages cannot be found in the software repositories: x', 'autoyast.packages'],
    ['tar: write error: No space left on device', 'generic.disk-full'],
    ['rsync: write failed on "/x": No space left on device (28)', 'generic.disk-full'],
    ["OSError: [Errno 28] No space left on device: '/mnt/x'", 'generic.disk-full'],
    [
      "dpkg: error processing archive x.deb: cannot copy extracted data for './x': failed to write (No space left on device)",
      'generic.disk-full',
    ],
  ])('is told: %s', (text, id) => expect(idOf(text)).toBe(id));
});

describe('an innocent line before a silence', () => {
  it.each([
    'test: "Continue with autoinstall? (yes|no)" answered yes',
    "# Please respond 'yes' or 'no', it says",
    '+ : Press ENTER to continue',
    'doc: Would you like to ignore this and continue with installation? is what it asks',
    'menu: Please make a selection from the above',
    'msgid "System Profile Location"',
    'test: Could not find the openSUSE Leap Repository. ... ok',
  ])('is no question: %s', (text) => {
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    memory.add({ lines: [{ text, redrawn: false }], partial: '', raw: text }, 0);
    expect(memory.waiting()?.pattern.id).toBeUndefined();
  });
});
