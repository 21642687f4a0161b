import { expect, test } from 'vitest';
import { bootCheckError } from '../../../src/build/boot-check.ts';

const failed = (cause: 'timed-out' | 'panic' | 'host-disk-full', reason: string) =>
  bootCheckError({ cause, reason, evidence: { consoleTail: ['Starting sshd'] } }, '/out/logs/boot.log');

test('a boot check that ran out of time says what helps where the guest is only slow', () => {
  const error = failed('timed-out', 'The console did not show the expected line within 4m 00s.');
  expect(error).toMatchObject({ code: 'disk.not-bootable', details: { console: ['Starting sshd'] } });
  for (const says of ['within 4m 00s', 'boot-check.limit', '--no-boot-check', '--keep', '/out/logs/boot.log'])
    expect(error.message).toContain(says);
});

test('of a guest that ended nothing of the kind is said', () => {
  const { message } = failed('panic', 'Kernel panic - not syncing.');
  expect(message).toContain('Kernel panic');
  expect(message).not.toContain('boot-check.limit');
});

test("a disk of the host that is full is the host's fault", () => {
  const error = failed('host-disk-full', 'No space is left on the host for /out/b.qcow2.');
  expect(error).toMatchObject({ code: 'host.no-space', exitCode: 3 });
  expect(error.message).toMatch(/No space is left on the host for \/out\/b\.qcow2\. Make room/);
});
