import { describe, expect, it } from 'vitest';
import { readSyslog } from '../../../src/syslog-server/syslog-message.ts';
import { createConsoleMemory } from '../../../src/watch/console-memory.ts';
import { matchPattern } from '../../../src/watch/console-pattern.ts';
import { reportText, syslogLine } from '../../../src/watch/installer-report.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { play, recordedConsole } from './recorded-console.ts';
import { MARKER, monitor, untilDecided, watchesOfTests } from './support.ts';

const startWatch = watchesOfTests();

/** Recordings are of slow, emulated guests: the usual limits of such a host. */
const limits = { totalSeconds: 7200, stallSeconds: 900, settleSeconds: 10 };

const BAD: readonly (readonly [name: string, cause: string, patternId: string, phase: string | undefined])[] =
  [
    [
      'debian-fail-auto-without-url.serial.log',
      'prompt',
      'debian-installer.preseed-location',
      'Download debconf preconfiguration file',
    ],
    [
      'debian-fail-disk-too-small.serial.log',
      'installer-error',
      'debian-installer.disk-too-small',
      'Partition disks',
    ],
    [
      'debian-fail-no-root-password.serial.log',
      'prompt',
      'debian-installer.passwd/root-password-crypted',
      'Set up users and passwords',
    ],
    [
      'debian-fail-nodisk.serial.log',
      'installer-error',
      'debian-installer.no-root-file-system',
      'Partition disks',
    ],
    [
      'debian-fail-package.serial.log',
      'installer-error',
      'debian-installer.package',
      'Install the base system',
    ],
    [
      'debian-fail-two-installers-in-parallel.serial.log',
      'prompt',
      'debian-installer.media-mount',
      'Detect and mount installation media',
    ],
    [
      'debian12-netboot-fail-missing-mirror-file.serial.log',
      'prompt',
      'debian-installer.download',
      'Download installer components',
    ],
    ['debian13-kernel-panic-cpu-max.serial.log', 'panic', 'kernel.double-fault', undefined],
    [
      'di-prompt-bad-mirror.txt',
      'installer-error',
      'debian-installer.bad-mirror',
      'Choose a mirror of the Debian archive',
    ],
    [
      'di-prompt-early-command-failed.txt',
      'installer-error',
      'debian-installer.preseeded-command',
      undefined,
    ],
    ['tiny-fail-bad-ks.serial.log', 'installer-error', 'test-installer.error', undefined],
    ['tiny-fail-disk-too-small.serial.log', 'installer-error', 'test-installer.error', undefined],
  ];

describe('a recorded console of a failed install', () => {
  it.each(BAD)('%s is told as %s (%s)', async (name, cause, patternId, phase) => {
    const run = await startWatch({ limits });
    await play(run, await recordedConsole(name));
    const outcome = await untilDecided(run, 11);
    expect(outcome).toMatchObject({
      kind: 'failed',
      cause,
      patternId,
      evidence: phase === undefined ? {} : { phase },
    });
  });
});

it('blames the CPU for a double fault alone', async () => {
  const suggestionOf = async (pieces: Parameters<typeof play>[1]): Promise<string> => {
    const run = await startWatch({ limits });
    await play(run, pieces);
    const outcome = await untilDecided(run, 11);
    return outcome.kind === 'failed' ? (outcome.suggestion ?? '') : '';
  };
  expect(await suggestionOf(await recordedConsole('debian13-kernel-panic-cpu-max.serial.log'))).toContain(
    'cx16',
  );
  const text = '[ 1.123456] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n';
  expect(await suggestionOf([{ seconds: 1, text }])).not.toContain('cx16');
});

const GOOD: readonly (readonly [name: string, phases: readonly string[]])[] = [
  [
    'debian-success.serial.log',
    [
      'Detecting hardware to find installation media',
      'Guided partitioning',
      'Installing the base system',
      'Finishing the installation',
    ],
  ],
  [
    'debian-kickstart-success.serial.log',
    [
      'Configuring the network with DHCP',
      'Installing the base system',
      'Installing GRUB boot loader',
      'Finishing the installation',
    ],
  ],
  [
    'debian-13-offline-success.serial.log',
    [
      'Starting the kernel',
      'Starting the installer',
      'Installing the base system',
      'Installing GRUB boot loader',
      'Finishing the installation',
    ],
  ],
  ['tiny-success.serial.log', ['partitioning /dev/vda', 'base system', 'boot loader', 'complete']],
  [
    'fai-success.serial.log',
    ['FAI task setup', 'FAI task partition', 'FAI task instsoft', 'FAI task faiend'],
  ],
];

describe('a recorded console of a good install', () => {
  it.each(GOOD)('%s is completed with the marker and a guest shutdown', async (name, phases) => {
    const run = await startWatch({ limits });
    await play(run, await recordedConsole(name));
    expect(run.outcome()).toBeUndefined();
    run.guest.print(`\r\n${MARKER}\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run, 1)).toMatchObject({ kind: 'completed' });
    const seen = run.progress.map(({ phase }) => phase);
    expect(seen.filter((phase, index) => phases.includes(phase) && phase !== seen[index - 1])).toEqual(
      phases,
    );
  });

  it.each(GOOD)('%s without the marker is no success', async (name) => {
    const run = await startWatch({ limits });
    await play(run, await recordedConsole(name));
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run, 5)).toMatchObject({ kind: 'failed', cause: 'no-marker' });
  });
});

describe('text that says nothing about a failure', () => {
  it.each(['debian-success.syslog.txt', ...GOOD.map(([name]) => name)])(
    '%s holds no error and no panic',
    async (name) => {
      const decisive = INSTALL_PATTERNS.filter(
        ({ kind, times }) => (kind === 'error' && times === undefined) || kind === 'panic',
      );
      const text = (await recordedConsole(name)).map((piece) => piece.text.trim());
      expect(text.flatMap((line) => matchPattern(decisive, line)?.line ?? [])).toEqual([]);
    },
  );

  it('the syslog of a good install, as it comes over the network, is neither an error nor a hint', async () => {
    const memory = createConsoleMemory(INSTALL_PATTERNS);
    const lines = (await recordedConsole('debian-success.syslog.txt')).map(({ text }) => text.trim());
    const told = lines.flatMap((line) => {
      const [sent] = readSyslog(`<30>${line}`);
      return (sent && reportText(syslogLine(sent, 0))) ?? [];
    });
    expect(told.length).toBeGreaterThan(300);
    for (const [at, text] of told.entries()) memory.report(text, at);
    expect(memory.error()).toBeUndefined();
    expect(memory.hint()).toBeUndefined();
  });

  it('iPXE listing its commands and errors, then going on, is not taken for a failure', async () => {
    const run = await startWatch({ limits });
    await play(run, await recordedConsole('ipxe-debian12-commands.txt'));
    // The recording ends within a line, which is a question after a minute.
    await run.clock.advance(50);
    expect(run.outcome()).toBeUndefined();
  });
});
