import { describe, expect, it } from 'vitest';
import { untilDecided, watchesOfTests } from './support.ts';

const start = watchesOfTests();

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
      patternId: 'debian-installer.passwd/root-password-crypted',
    });
  });

  it('names the question, not its frame', async () => {
    const run = await start();
    run.guest.print(
      "Write the changes to disks?\r\n  1: Yes  2: No [*]\r\nPrompt: '?' for help, default=2> ",
    );
    expect(await untilDecided(run)).toMatchObject({
      patternId: 'debian-installer.partman/confirm',
      mend: { add: expect.arrayContaining(['d-i partman/confirm boolean true']) },
    });
  });

  // A multiselect's default is always there: numbers with blanks in between, or nothing (cdebconf, text.c).
  it.each([
    ['Full name for the new user:', 'Anna Admin', 'passwd/user-fullname'],
    ['Choose software to install:', '1 2', 'tasksel/first'],
    ['Services to use:', '', 'apt-setup/services-select'],
    ['Amount of volume group to use for guided partitioning:', '4.0 GB', 'partman-auto-lvm/guided_size'],
  ])('is one whatever the default: %s %s', async (question, initial, name) => {
    const run = await start();
    run.guest.print(`${question}\r\nPrompt: '?' for help, default=${initial}> `);
    expect(await untilDecided(run)).toMatchObject({
      cause: 'prompt',
      patternId: `debian-installer.${name}`,
      line: question,
      mend: { settings: expect.arrayContaining([name]) },
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
  it.each(['No bootable device.\r\n', 'grub rescue> ', 'Shell> ', 'dracut:/# '])('%j', async (text) => {
    const run = await start();
    run.guest.print(text);
    expect(await untilDecided(run)).toMatchObject({ kind: 'failed', cause: 'not-booted' });
  });

  it('is no failure while it goes on to the next device', async () => {
    const run = await start();
    run.guest.print('Boot failed: not a bootable disk\r\n');
    await run.clock.advance(2);
    run.guest.print('Booting from DVD/CD...\r\n');
    await run.clock.advance(60);
    expect(run.outcome()).toBeUndefined();
  });
});
