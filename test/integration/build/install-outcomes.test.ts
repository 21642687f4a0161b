import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuildSandbox, buildSandbox, faultyKickstart } from '../../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../../support/test-installer.ts';

let installer: TestInstaller;
let sandbox: BuildSandbox;

beforeAll(async () => {
  installer = await buildTestInstaller();
});
beforeEach(() => {
  sandbox = buildSandbox();
});
afterEach(() => sandbox.remove());

type Case = {
  readonly fault: string;
  readonly code: string;
  /** A part of the message that tells the user what was seen. */
  readonly says: RegExp;
  readonly overrides?: { readonly stall?: string; readonly timeout?: string };
};

const CASES: readonly Case[] = [
  { fault: 'prompt', code: 'install.prompt', says: /Do you really want this/ },
  { fault: 'hang', code: 'install.stalled', says: /stalled/, overrides: { stall: '20s' } },
  { fault: 'busy', code: 'install.stalled', says: /stalled/, overrides: { stall: '20s' } },
  {
    fault: 'chatter',
    code: 'install.stalled',
    says: /no progress|silent|nothing/i,
    overrides: { stall: '6s' },
  },
  {
    fault: 'hang at=start',
    code: 'install.timed-out',
    says: /limit|time/i,
    overrides: { timeout: '25s', stall: '24s' },
  },
  { fault: 'panic', code: 'install.panic', says: /panic/i },
  { fault: 'early-poweroff', code: 'install.no-marker', says: /marker/i },
  { fault: 'no-marker-poweroff', code: 'install.no-marker', says: /marker/i },
  { fault: 'reboot at=middle', code: 'install.no-marker', says: /reboot/i },
  { fault: 'fill-disk', code: 'install.failed', says: /Unable to install the base system|space/ },
  { fault: 'no-bootloader', code: 'disk.not-bootable', says: /boot/ },
  { fault: 'dirty-fs', code: 'disk.dirty', says: /unmounted|dirty|clean/ },
  { fault: 'empty-disk', code: 'disk.empty', says: /partition table/ },
];

describe('an install that does not end well', () => {
  it.each(CASES)('$fault → $code', async ({ fault, code, says, overrides }) => {
    const error = await sandbox.failure({
      location: installer.iso,
      script: sandbox.script(faultyKickstart(fault)),
      ...overrides,
    });
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(says);
    expect(sandbox.leftovers()).toEqual([]);
    const started = sandbox.events.find((event) => event.type === 'build-started');
    const directory = started?.type === 'build-started' ? started.directory : '';
    expect(readFileSync(join(directory, 'logs', 'serial.log'), 'utf8')).toContain('KILN TEST INSTALLER');
    expect(existsSync(join(directory, 'kiln-test.qcow2'))).toBe(false);
    expect(sandbox.events.at(-1)).toMatchObject({ type: 'build-failed', code });
  });
});
