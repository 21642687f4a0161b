import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { showBuild } from '../../../src/cli/build-command.ts';
import { DiskError, HostError, InstallError, type KilnError } from '../../../src/foundation/errors.ts';
import { recordingIo } from './recording-io.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-look-'));
  await mkdir(join(directory, 'logs'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const consoleNamedFor = async (error: KilnError): Promise<string | undefined> => {
  const io = recordingIo({ env: { HOME: directory } });
  await showBuild({}, io, async ({ onEvent }) => {
    onEvent?.({ at: 0, type: 'build-started', buildId: 'ab12', name: 'x', directory });
    throw error;
  });
  return /^Console: (.*)$/m.exec(io.stderr())?.[1];
};

test('the console named last is the one of the guest that failed', async () => {
  const notBooted = new DiskError('disk.not-bootable', 'The disk did not boot.');
  const guestLost = new HostError('host.guest-lost', 'QEMU was ended by a signal.');
  const stalled = new InstallError('install.stalled', 'The install stalled.');
  expect(await consoleNamedFor(notBooted)).toBe('kiln builds logs ab12');
  await writeFile(join(directory, 'logs', 'boot-check.serial.log'), 'GRUB loading\n');
  expect(await consoleNamedFor(notBooted)).toBe('kiln builds logs ab12 --boot-check');
  expect(await consoleNamedFor(guestLost)).toBe('kiln builds logs ab12 --boot-check');
  expect(await consoleNamedFor(stalled)).toBe('kiln builds logs ab12');
});
