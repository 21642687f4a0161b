import { afterEach, describe, expect, it } from 'vitest';
import type { WatchInstallOptions } from '../../../src/watch/watch-install.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

let runs: WatchRun[] = [];
afterEach(async () => {
  for (const run of runs) {
    await run.close();
    expect(run.guest.followerClosed()).toBe(true);
    expect(run.clock.sleepers()).toBe(0);
  }
  runs = [];
});

async function start(overrides: Partial<WatchInstallOptions> = {}): Promise<WatchRun> {
  const run = await startWatch(overrides);
  runs.push(run);
  return run;
}

describe('a prompt', () => {
  it('is one when the console stays silent after it', async () => {
    const run = await start();
    run.guest.print('Please choose the disk to install to: ');
    await run.clock.advance(4.5);
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 1)).toMatchObject({
      kind: 'failed',
      cause: 'prompt',
      patternId: 'test-installer.choose-disk',
      line: 'Please choose the disk to install to:',
    });
  });

  it('is none when the installer goes on', async () => {
    const run = await start();
    run.guest.print('Do you really want this? [yes/no] ');
    await run.clock.advance(4);
    run.guest.print('yes\r\nInstalling: base system ... 25%\r\n');
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });

  it('stays one when the kernel prints into it', async () => {
    const run = await start();
    run.guest.print('Root password: ');
    await run.clock.advance(2);
    run.guest.print('[  130.123456] random: crng init done\r\n[  131.123456] clocksource: switched\r\n');
    expect(await untilDecided(run, 4)).toMatchObject({
      cause: 'prompt',
      patternId: 'debian-installer.root-password',
    });
  });

  it('names the question, not its frame', async () => {
    const run = await start();
    run.guest.print(
      "Write the changes to disks?\r\n  1: Yes  2: No [*]\r\nPrompt: '?' for help, default=2> ",
    );
    expect(await untilDecided(run)).toMatchObject({
      patternId: 'debian-installer.write-changes',
      suggestion: expect.stringContaining('partman/confirm'),
    });
  });

  it('that only looks like one needs long silence and a disk at rest', async () => {
    const run = await start();
    run.guest.print('Enter the serial number:');
    for (let second = 0; second < 60; second += 5) {
      run.guest.disk = { ...run.guest.disk, writeRequests: second + 1 };
      await run.clock.advance(5);
    }
    expect(run.outcome()).toBeUndefined();
    expect(await untilDecided(run, 40)).toMatchObject({ cause: 'prompt', patternId: 'generic.question' });
  });
});

describe('firmware that finds nothing to boot', () => {
  it.each(['No bootable device.\r\n', 'grub rescue> ', 'Shell> ', 'iPXE> ', 'dracut:/# '])(
    '%j',
    async (text) => {
      const run = await start();
      run.guest.print(text);
      expect(await untilDecided(run)).toMatchObject({ kind: 'failed', cause: 'not-booted' });
    },
  );

  it('is no failure while it goes on to the next device', async () => {
    const run = await start();
    run.guest.print('Boot failed: not a bootable disk\r\n');
    await run.clock.advance(2);
    run.guest.print('Booting from DVD/CD...\r\n');
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });
});
