import { afterEach, expect, test, vi } from 'vitest';
import { startInstalled, waitLimit, waitOver } from '../../../../src/build/machine/install-machine.ts';
import { FakeLibvirt } from '../../../fakes/fake-libvirt.ts';

const of = { name: 'web', wait: 1, uri: 'qemu:///session', isTransient: false };

test('an install that outlasts --wait goes on, and its console is told', () => {
  const { code, message } = waitOver({ ...of, isCut: false });
  expect(code).toBe('install.wait-over');
  expect(message).toContain('goes on without Kiln. See it with `virsh -c qemu:///session console web`');
});

test('with --destroy-on-exit there is nothing left to look at, and it is told what stays', () => {
  const { code, message } = waitOver({ ...of, isCut: true });
  expect(code).toBe('install.wait-over');
  expect(message).toMatch(/^The install of web takes longer than --wait 1, and was cut/);
  expect(message).not.toContain('virsh -c qemu:///session console');
  expect(message).toContain(
    'It stays defined with its half-installed disk; to remove it: `virsh -c qemu:///session undefine',
  );
  const transient = waitOver({ ...of, isCut: true, isTransient: true }).message;
  expect(transient).toMatch(/Its half-installed disk stays\.$/);
  expect(transient).not.toContain('virsh');
});

afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 40_000, 1e6])('a wait of %d minutes ends when they are over, and not before', (minutes) => {
  vi.useFakeTimers();
  const { signal } = waitLimit(minutes);
  vi.advanceTimersByTime(minutes * 60_000 - 1);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});

test('a machine that libvirt does not start after its install is told in its words', async () => {
  const start = startInstalled(new FakeLibvirt(), { uuid: 'u', name: 'web' });
  await expect(start).rejects.toMatchObject({
    code: 'install.start-failed',
    message: expect.stringContaining('domain web: no domain'),
  });
});
