import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import type { DomainEvent } from '../../../src/libvirt/libvirt.ts';
import { buildSandbox, faultyKickstart } from '../../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

let installer: TestInstaller;
beforeAll(async () => {
  installer = await buildTestInstaller();
});

type Case = {
  readonly fault: string;
  readonly code: string;
  /** A part of the message that tells the user what was seen. */
  readonly says: RegExp;
  readonly overrides?: { readonly stall?: string; readonly timeout?: string };
};

/** Those that mostly wait come first, so that the others run beside them. */
const CASES: readonly Case[] = [
  { fault: 'hang', code: 'install.stalled', says: /stalled/, overrides: { stall: '20s' } },
  { fault: 'chatter', code: 'install.stalled', says: /stalled/, overrides: { stall: '20s' } },
  { fault: 'busy', code: 'install.stalled', says: /stalled/, overrides: { stall: '20s' } },
  {
    fault: 'hang at=start',
    code: 'install.timed-out',
    says: /limit|time/,
    overrides: { timeout: '30s', stall: '29s' },
  },
  { fault: 'prompt', code: 'install.prompt', says: /Do you really want this/ },
  { fault: 'fill-disk', code: 'install.failed', says: /Unable to install the base system|space/ },
  { fault: 'panic', code: 'install.panic', says: /panic/i },
  { fault: 'early-poweroff', code: 'install.no-marker', says: /marker/ },
  { fault: 'no-marker-poweroff', code: 'install.no-marker', says: /marker/ },
  { fault: 'reboot at=middle', code: 'install.no-marker', says: /reboot/ },
  { fault: 'no-bootloader', code: 'disk.not-bootable', says: /boot/ },
  { fault: 'dirty-fs', code: 'disk.dirty', says: /unmounted|dirty|clean/ },
  { fault: 'empty-disk', code: 'disk.empty', says: /partition table/ },
];

/** 3 s on a machine that has nothing else to do (docs/watching.md); three guests at a time are more than two cores can serve. */
const LATEST_SECONDS = 6;

/** From QEMU's own SHUTDOWN event, or the last byte of a panic, until it was named and written down. */
function secondsFromEnd(logs: string): number {
  const events = JSON.parse(readFileSync(join(logs, 'lifecycle.json'), 'utf8')) as readonly DomainEvent[];
  const end = events.find((event) => event.kind === 'monitor-shutdown');
  const endedAt = end?.at ?? statSync(join(logs, 'serial.log')).mtimeMs;
  return (statSync(join(logs, 'failure.json')).mtimeMs - endedAt) / 1000;
}

describe.concurrent('an install that does not end well', () => {
  it.for(CASES)('$fault → $code', async ({ fault, code, says, overrides }, { expect, onTestFinished }) => {
    const sandbox = buildSandbox();
    onTestFinished(() => sandbox.remove());
    const error = await sandbox.failure({
      location: installer.iso,
      script: sandbox.script(faultyKickstart(fault)),
      // The kernel's own messages are progress; without them a slow machine's boot looks like a stall.
      extraArgs: ['loglevel=7'],
      ...overrides,
    });
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(says);
    expect(sandbox.leftovers()).toEqual([]);
    const started = sandbox.events.find((event) => event.type === 'build-started');
    const directory = started?.type === 'build-started' ? started.directory : '';
    expect(readFileSync(join(directory, 'logs', 'serial.log'), 'utf8')).toContain('KILN TEST INSTALLER');
    if (code === 'install.panic' || code === 'install.no-marker') {
      const seconds = secondsFromEnd(join(directory, 'logs'));
      expect(seconds, `${fault} was named after ${seconds} s`).toBeLessThan(LATEST_SECONDS);
    }
    expect(existsSync(join(directory, 'kiln-test.qcow2'))).toBe(false);
    expect(sandbox.events.at(-1)).toMatchObject({ type: 'build-failed', code });
  });
});

describe('media without an installer that knows the script', () => {
  it('boots an iPXE ISO as --cdrom and says what the guest said', async ({ expect, onTestFinished }) => {
    const sandbox = buildSandbox();
    onTestFinished(() => sandbox.remove());
    const error = await sandbox.failure({ cdrom: '/usr/lib/ipxe/ipxe.iso', network: 'none', stall: '20s' });
    expect(error.code).toMatch(/^install\./);
    const started = sandbox.events.find((event) => event.type === 'build-started');
    const directory = started?.type === 'build-started' ? started.directory : '';
    expect(readFileSync(join(directory, 'logs', 'serial.log'), 'utf8')).toContain('iPXE');
    expect(sandbox.leftovers()).toEqual([]);
  });
});
