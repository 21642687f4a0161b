import { afterEach, describe, expect, it } from 'vitest';
import type { InstallOutcome } from '../../../src/watch/install-outcome.ts';
import { startWatch, untilDecided, type WatchRun } from './support.ts';

let run: WatchRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

/** As debian-installer's text frontend shows an error, broken at the width of its screen, a few characters at a time. */
async function shown(title: string, text: string): Promise<Extract<InstallOutcome, { kind: 'failed' }>> {
  run = await startWatch();
  const lines = text.match(/\S.{0,77}(?=\s|$)/g) ?? [];
  const all = `!! ERROR: ${title}\r\n\r\n${lines.join('\r\n')}[Press enter to continue] `;
  for (const part of all.match(/[\s\S]{1,7}/g) ?? []) run.guest.print(part);
  const outcome = await untilDecided(run);
  if (outcome.kind !== 'failed') throw new Error(`not failed but ${outcome.kind}`);
  return outcome;
}

describe('a step that failed', () => {
  const told = (step: string) =>
    shown(
      'Installation step failed',
      `An installation step failed. You can try to run the failing item again from the menu, or skip it and choose something else. The failing step is: ${step}`,
    );

  it.each([
    ['Partition disks', 'partman-auto/disk'],
    ['Install the GRUB boot loader', 'grub-installer/bootdev'],
    ['Select and install software', 'pkgsel/include'],
    ['Install the base system', 'mirror/suite'],
    ['Set up users and passwords', 'passwd/username'],
    ['Configure the network', 'netcfg/get_hostname'],
  ])('is named with the settings that have to do with it: %s', async (step, setting) => {
    const { reason, mend, patternId } = await told(step);
    expect(patternId).toBe('debian-installer.step-failed');
    expect(reason).toBe(`A step of the installer failed: ${step}.`);
    expect(mend?.settings).toContain(setting);
  });

  it('is not blamed on packages where it has nothing to do with them', async () => {
    const { mend, suggestion } = await told('Partition disks');
    expect(mend?.settings).not.toContain('pkgsel/include');
    expect(suggestion).not.toContain('package');
  });

  it('has no settings where the step is none that is known', async () => {
    const { reason, mend } = await told('Continue without a boot loader');
    expect(reason).toContain(': Continue without a boot loader.');
    expect(mend).toBeUndefined();
  });
});

describe('a preseed file that is not there', () => {
  it('is named, and what may have included it', async () => {
    const { reason, mend, suggestion } = await shown(
      'Failed to retrieve the preconfiguration file',
      'The file needed for preconfiguration could not be retrieved from file:////cdrom/preseed/.cfg. The installation will proceed in non-automated mode.',
    );
    expect(reason).toMatch(/: file:\/\/\/\/cdrom\/preseed\/\.cfg\.$/);
    expect(mend?.settings).toContain('preseed/include_command');
    expect(suggestion).toContain('include');
  });
});

describe('an answer that the installer refuses', () => {
  it.each([
    ['Reserved username', 'passwd/username'],
    ['Invalid username', 'passwd/username'],
    ['Password input error', 'passwd/root-password'],
    ['Empty password', 'passwd/user-password'],
    ['Identical mount points for two file systems', 'partman-auto/expert_recipe'],
    ['Invalid mount point', 'partman-auto/expert_recipe'],
  ])('%s has to do with %s', async (title, setting) => {
    const { patternId, mend } = await shown(title, 'Please try again.');
    expect(patternId).not.toBe('debian-installer.error');
    expect(mend?.settings).toContain(setting);
  });
});

it('a mistake in a kickstart file is named with its line, which is shown as it is in the script', async () => {
  run = await startWatch();
  run.guest.print(
    'The following problem occurred on line 11 of the kickstart file:\r\n\r\nUnknown command: fire',
  );
  run.guest.print('wal\r\n');
  expect(await untilDecided(run)).toMatchObject({
    patternId: 'anaconda.kickstart-syntax',
    reason: 'The kickstart file has a mistake: Unknown command: firewal.',
    mend: { line: '11' },
  });
});

it('a kernel that is not to be had is no reason for an image without one', async () => {
  run = await startWatch();
  run.guest.print(
    "Continue without installing a kernel?\r\n  1: Yes  2: No [*]\r\nPrompt: '?' for help, default=2> ",
  );
  expect(await untilDecided(run)).toMatchObject({
    patternId: 'debian-installer.base-installer/kernel/skip-install',
    mend: {
      settings: expect.arrayContaining(['base-installer/kernel/image']),
      add: ['d-i base-installer/kernel/image string linux-image-amd64'],
    },
  });
});
