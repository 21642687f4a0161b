import { afterEach, describe, expect, it } from 'vitest';
import { reportText } from '../../../src/watch/installer-report.ts';
import { webhookEventText } from '../../../src/watch/webhook-event.ts';
import { MARKER, monitor, startWatch, untilDecided, type WatchRun } from './support.ts';

const LOG = '/b/installer.log';
const anaconda = (message: string): string => `12:04:11,207 INFO anaconda:${message}\n`;

describe('a line that the installer told beside its console', () => {
  it.each([
    ['12:04:11,207 INFO anaconda:packaging: Installing boot loader', 'Installing boot loader'],
    ['12:04:11,207 INFO packaging:Installing bash.x86_64 (12/345)', 'Installing bash.x86_64 (12/345)'],
    [
      '12:04:11,207 WARNING org.fedoraproject.Anaconda.Modules.Payloads[1822]: WARN:anaconda.modules.payloads: Missed: NoSuchPackage',
      'Missed: NoSuchPackage',
    ],
    ['start: subiquity/Early/run: ', 'start: subiquity/Early/run: '],
    [
      '2026-11-21T10:00:00.123Z err in-target: E: Unable to locate package no-such',
      'E: Unable to locate package no-such',
    ],
    ['2026-11-21T10:00:00.123Z info main-menu[338]: Menu item selected: x', 'Menu item selected: x'],
    [
      '2026-11-21T10:00:00.123Z notice localhost packaging[17]: Missed: NoSuchPackage',
      'Missed: NoSuchPackage',
    ],
  ])('is read: %s', (line, text) => {
    expect(reportText(line)).toBe(text);
  });

  it.each([
    '12:04:11,207 NOTICE kernel:I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2',
    '12:04:11,207 INFO systemd[1]:Started Hostname Service.',
    '12:04:11,207 ERR packaging: IGNORED: Error in POSTIN scriptlet in rpm package kernel-core',
    '12:04:11,207 INFO anaconda:',
    'Installing boot loader',
    '2026-11-21T10:00:00.123Z info localhost systemd[1]: Failed to start a service',
    '2026-11-21T10:00:00.123Z info without a program',
  ])('is left to others: %s', (line) => {
    expect(reportText(line)).toBeUndefined();
  });
});

describe('an event that curtin posts', () => {
  it('reads as curtin would have printed it', () => {
    const event = { name: 'subiquity/Late/run', event_type: 'start', origin: 'curtin', timestamp: 1.5 };
    expect(webhookEventText(JSON.stringify({ ...event, description: 'running\nlate' }))).toBe(
      'start: subiquity/Late/run: running late',
    );
    const end = { ...event, event_type: 'finish', result: 'FAIL', description: 'x', level: 'ERROR' };
    expect(webhookEventText(JSON.stringify(end))).toBe('finish: subiquity/Late/run: FAIL: x');
  });

  it.each(['', '{', '7', 'null', '{"name":"x"}', '{"name":1,"event_type":"start"}'])(
    'is none: %s',
    (body) => {
      expect(webhookEventText(body)).toBeUndefined();
    },
  );
});

describe('an install that tells by another way', () => {
  let run: WatchRun;
  afterEach(() => run.close());

  it('shows its phases, and is not stalled while it tells', async () => {
    run = await startWatch({ installerLogs: [LOG], limits: { totalSeconds: 3600, stallSeconds: 60 } });
    for (let at = 1; at <= 10; at += 1) {
      run.guest.report(anaconda(`packaging: Installing package${at}.x86_64 (${at}/10)`));
      await run.clock.advance(30);
    }
    expect(run.outcome()).toBeUndefined();
    expect(run.progress.at(-1)).toEqual({
      phase: 'Installing packages',
      percent: 100,
      packages: { done: 10, total: 10 },
    });
    expect(await untilDecided(run, 90)).toMatchObject({ kind: 'stalled' });
  });

  it('is stalled where only the system talks', async () => {
    run = await startWatch({ installerLogs: [LOG], limits: { totalSeconds: 3600, stallSeconds: 60 } });
    for (let at = 0; at < 4 && run.outcome() === undefined; at += 1) {
      run.guest.report(`12:04:11,207 INFO systemd[1]:Started number ${at}.\n`);
      await run.clock.advance(20);
    }
    expect(await untilDecided(run, 5)).toMatchObject({ kind: 'stalled' });
  });

  it('fails as soon as it says so there', async () => {
    run = await startWatch({ installerLogs: [LOG] });
    run.guest.report(anaconda('packaging: error populating transaction after 10 retries: no more mirrors'));
    expect(await untilDecided(run, 10)).toMatchObject({
      kind: 'failed',
      cause: 'installer-error',
      patternId: 'anaconda.log-download',
    });
  });

  it('is told of a failed step of Subiquity', async () => {
    run = await startWatch({ installerLogs: [LOG] });
    run.guest.report('start: subiquity/Install/install/curtin_install: installing system\n');
    await run.clock.advance(1);
    expect(run.progress.at(-1)).toEqual({ phase: 'installing system' });
    run.guest.report('finish: subiquity/Install/install/curtin_install: FAIL: installing system\n');
    expect(await untilDecided(run, 10)).toMatchObject({ patternId: 'subiquity.step-failed' });
  });

  it('explains with its syslog an error of which the console says little', async () => {
    run = await startWatch({ installerLogs: [LOG] });
    run.guest.report('2026-11-21T10:00:00.123Z err in-target: E: Unable to locate package no-such\n');
    run.guest.report("2026-11-21T10:00:01.456Z warning main-menu[338]: Configuring 'pkgsel' failed\n");
    run.guest.print('!! ERROR: Installation step failed\r\n\r\n[Press enter to continue]');
    expect(await untilDecided(run, 20)).toMatchObject({
      kind: 'failed',
      patternId: 'generic.no-such-package',
      reason: expect.stringMatching(/^Apt does not know a package; then a step of the installer failed/),
      mend: { word: 'no-such', settings: expect.arrayContaining(['pkgsel/include']) },
    });
  });

  it('is completed by its marker, whatever the log had to say on the way', async () => {
    run = await startWatch({ installerLogs: [LOG] });
    run.guest.report(anaconda('storage: Traceback (most recent call last):'));
    run.guest.report(anaconda('packaging: Missed: NoSuchPackage'));
    await run.clock.advance(30);
    run.guest.print(`${MARKER}\r\n`);
    run.guest.emit(monitor('guest-shutdown'));
    expect(await untilDecided(run, 0)).toMatchObject({ kind: 'completed' });
  });
});
