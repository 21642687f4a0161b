import { expect, test } from 'vitest';
import { STAGE_TITLES } from '../../../src/build/build-events.ts';
import { buildProgress } from '../../../src/cli/build-progress.ts';
import { jsonRenderer } from '../../../src/cli/json-renderer.ts';
import { plainRenderer } from '../../../src/cli/plain-renderer.ts';
import { quietRenderer } from '../../../src/cli/quiet-renderer.ts';
import { recordingIo } from './recording-io.ts';
import { FAILURE, SUCCESS } from './scripted-build.ts';

/** What listr2 itself sends to move the cursor, clear lines and colour. */
const OWN_SEQUENCES = /\u001b\[(?:\?25[lh]|\d*[A-GJKm]|\d+;\d+m)/g;

test('plain lines: stages, phases, and progress now and then', async () => {
  const io = recordingIo();
  const renderer = plainRenderer(io.out);
  for (const event of SUCCESS) renderer.show(event);
  await renderer.close();
  expect(io.stdout().split('\n')).toEqual([
    '[0s] Plan and check the host …',
    '[1s] Plan and check the host: done in 1s',
    '[1s] Build b1d of web in /out',
    '[1s] Note: KVM does not work here.',
    '[1s] Find install media …',
    '[3s] Find install media: done in 2s; local ISO',
    '[3s] Prepare the install …',
    '[3s] Prepare the install: done in 0s',
    '[3s] Install …',
    '[4s] Install: Partitioning',
    '[1m 00s] Install: Retrieving file 1 of 90 (1 %)',
    '[1m 02s] Install: Retrieving file 15 of 90 (16 %)',
    '[1m 15s] Install: Retrieving file 16 of 90 (17 %)',
    '[1m 20s] Install: Installing GRUB',
    '[1m 20s] Install: done in 1m 17s',
    '[1m 20s] Boot the result: skipped, the template turns it off',
    '',
  ]);
});

test('plain lines: what begins while the guest is taken down ends after the install', () => {
  const io = recordingIo();
  const renderer = plainRenderer(io.out);
  renderer.show({ at: 0, type: 'stage-started', stage: 'install' });
  renderer.show({ at: 8000, type: 'stage-started', stage: 'verify' });
  renderer.show({ at: 8000, type: 'stage-started', stage: 'convert' });
  renderer.show({ at: 9000, type: 'stage-finished', stage: 'verify', seconds: 1 });
  renderer.show({ at: 10_000, type: 'stage-finished', stage: 'install', seconds: 10 });
  renderer.show({ at: 12_000, type: 'stage-finished', stage: 'convert', seconds: 4 });
  expect(io.stdout().trim().split('\n')).toEqual([
    '[0s] Install …',
    '[8s] Verify the disk …',
    '[8s] Convert …',
    '[10s] Install: done in 10s',
    '[10s] Verify the disk: done in 1s',
    '[12s] Convert: done in 4s',
  ]);
});

test.each(['goesOn', undefined] as const)('terminal: a view that ends, %s', async (goesOn) => {
  const io = recordingIo({ terminal: true, env: { NO_COLOR: '1' } });
  const renderer = buildProgress(io.out, io.err);
  for (const event of SUCCESS.slice(0, 10)) renderer.show(event);
  await new Promise((resolve) => setImmediate(resolve));
  await renderer.close(goesOn);
  const text = io.stdout().replaceAll(OWN_SEQUENCES, '');
  if (goesOn === undefined) expect(text).toMatch(/✖ Install/);
  else {
    expect(text).not.toContain('✖');
    expect(text).toContain('Install: goes on without this view');
  }
});

test('a chatty phase gets one line in ten seconds', () => {
  const io = recordingIo();
  const renderer = plainRenderer(io.out);
  for (let ms = 0; ms <= 60_000; ms += 100) {
    renderer.show({ at: ms, type: 'stage-progress', stage: 'install', detail: `Unpacking ${ms}` });
  }
  expect(io.stdout().trim().split('\n')).toHaveLength(7);
});

test('JSON: every event on a line of its own, nothing else', async () => {
  const io = recordingIo();
  const renderer = jsonRenderer(io.out);
  for (const event of SUCCESS) renderer.show(event);
  await renderer.close();
  const lines = io.stdout().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(SUCCESS);
  expect(io.stderr()).toBe('');
});

test('quiet: notices on standard error alone', () => {
  const io = recordingIo();
  const renderer = quietRenderer(io.err);
  for (const event of SUCCESS) renderer.show(event);
  expect(io.stdout()).toBe('');
  expect(io.stderr()).toBe('note: KVM does not work here.\n');
});

test('terminal: a list of all stages with times, notes and notices', async () => {
  const io = recordingIo({ terminal: true, env: { NO_COLOR: '1' } });
  const renderer = buildProgress(io.out, io.err);
  for (const event of SUCCESS) renderer.show(event);
  await renderer.close();
  const text = io.stdout().replaceAll(OWN_SEQUENCES, '');
  const screen = text.slice(text.lastIndexOf('Plan and check'));
  expect(screen).toContain('Plan and check the host (1s)');
  expect(screen).toContain('KVM does not work here.');
  expect(screen).toContain('Find install media (2s; local ISO)');
  expect(screen).toContain('Install (1m 17s)');
  expect(screen).toContain('Boot the result: the template turns it off');
  expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
});

test('terminal: the running stage shows its phase, percentage and time', async () => {
  const io = recordingIo({ terminal: true });
  let now = SUCCESS[0]?.at ?? 0;
  const renderer = buildProgress(io.out, io.err, () => now);
  const running = SUCCESS.findIndex((event) => event.type === 'stage-progress' && event.percent === 16);
  for (const event of SUCCESS.slice(0, running + 1)) {
    now = event.at;
    renderer.show(event);
  }
  await expect.poll(() => io.stdout()).toContain('Install: Retrieving file 15 of 90 (16 %) [59s]');
  renderer.say?.('Stopping and cleaning up');
  await renderer.close();
  const screen = io.stdout().slice(io.stdout().lastIndexOf('Plan and check'));
  expect(screen).toContain('Stopping and cleaning up');
});

test('terminal: after a failure the later stages are told not to have been reached', async () => {
  const io = recordingIo({ terminal: true });
  const renderer = buildProgress(io.out, io.err);
  for (const event of FAILURE) renderer.show(event);
  await renderer.close();
  const screen = io.stdout().slice(io.stdout().lastIndexOf('Plan and check'));
  expect(screen).toContain('Install (failed after 8s)');
  expect(screen).toContain(`${STAGE_TITLES.verify}: not reached`);
});

test('the terminal list puts no listener on the signals', async () => {
  const before = process.listenerCount('SIGINT');
  const io = recordingIo({ terminal: true });
  const renderer = buildProgress(io.out, io.err);
  const during = process.listenerCount('SIGINT');
  await renderer.close();
  expect(during).toBe(before);
});

const ADDED =
  'Added to the install script:\n--- my.ks\n+++ my.ks (as run)\n@@ -1,2 +1,3 @@\n text\n \n+[9s] Install: done\n+\tpoweroff\u001b[2J\n';
const SHOWN = [
  'Added to the install script:',
  '    --- my.ks',
  '    +++ my.ks (as run)',
  '    @@ -1,2 +1,3 @@',
  '     text',
  '',
  '    +[9s] Install: done',
  '    +    poweroff',
];

test('a notice of several lines keeps them, and none passes for a line of Kiln', async () => {
  const notice = { at: 0, type: 'notice', message: ADDED } as const;
  const plain = recordingIo();
  plainRenderer(plain.out).show(notice);
  expect(plain.stdout()).toBe(`[0s] Note: ${SHOWN.join('\n')}\n`);

  const quiet = recordingIo();
  quietRenderer(quiet.err).show(notice);
  expect(quiet.stderr()).toBe(`note: ${SHOWN.join('\n')}\n`);

  const terminal = recordingIo({ terminal: true, env: { NO_COLOR: '1' } });
  const renderer = buildProgress(terminal.out, terminal.err);
  for (const event of SUCCESS.slice(0, 5)) renderer.show(event);
  renderer.show(notice);
  await renderer.close();
  const screen = terminal.stdout().replaceAll(OWN_SEQUENCES, '');
  const lines = screen.slice(screen.lastIndexOf('Added to')).split('\n');
  const shown = SHOWN.filter((line) => line !== '');
  expect(lines.slice(1, shown.length).map((line) => line.replace(/^ {2,4}(?= {4})/, ''))).toEqual(
    shown.slice(1),
  );
});
