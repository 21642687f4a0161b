import { expect, test } from 'vitest';
import { startFailure } from '../../../src/build/start-failure.ts';

const LOCK =
  'internal error: process exited while connecting to monitor: -blockdev {…}: Failed to get "write" lock';

test('a disk that another process writes to is told with the remedy', () => {
  const cause = new Error(`${LOCK}\nIs another process using the image [/b.qcow2]?`);
  expect(startFailure('web', cause)).toMatchObject({
    code: 'disk.locked',
    details: { path: '/b.qcow2', domain: 'web' },
    message: '/b.qcow2 is in use by another process (QEMU holds a lock on it); stop that guest first.',
  });
});

test('which disk it is may stay unknown', () => {
  const { code, message } = startFailure('web', new Error(LOCK));
  expect(code).toBe('disk.locked');
  expect(message).toContain('A disk of web, or what it is an overlay of, is in use');
});

test('of anything else libvirt has the word', () => {
  expect(startFailure('web', new Error('no memory'))).toMatchObject({
    code: 'install.start-failed',
    message: 'libvirt could not start the domain web: no memory',
  });
});

test.each([
  'internal error: Unknown CPU model Haswel',
  'unsupported configuration: unknown CPU feature: aess',
  'unsupported configuration: CPU model Icelake-Client is not supported by hypervisor',
])('of a CPU there is not, it comes with the remedy: %s', (said) => {
  const { code, message } = startFailure('web', new Error(said));
  expect(code).toBe('install.start-failed');
  expect(message).toMatch(/start the domain web: .*\. Name another with --cpu, or leave that out/);
});
