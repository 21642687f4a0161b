import { beforeAll, describe, it } from 'vitest';
import { INSTALL_PATTERNS } from '../../src/watch/patterns.ts';
import { buildSandbox, faultyKickstart } from '../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

/**
 * More broken installs with small guests, beside those of test/integration/build: what other installers, boot loaders and initramfs say when
 * they give up, from a real guest. That good installs are never called failed, however slow the machine is: busy-host.test.ts.
 */

let installer: TestInstaller;
beforeAll(async () => {
  installer = await buildTestInstaller();
});

/** The console of another program, said by a real guest that then waits. */
const SAID: readonly (readonly [id: string, code: string])[] = [
  ['firmware.seabios-no-device', 'install.not-booted'],
  ['firmware.uefi-shell', 'install.not-booted'],
  ['firmware.grub', 'install.not-booted'],
  ['firmware.initramfs-shell', 'install.not-booted'],
  ['firmware.emergency-mode', 'install.not-booted'],
  ['kernel.boot-loop', 'install.failed'],
  ['test-installer.started-over', 'install.failed'],
  ['debian-installer.dhcp', 'install.prompt'],
  ['debian-installer.no-such-package', 'install.failed'],
  ['debian-installer.no-root-file-system', 'install.failed'],
  ['anaconda.no-disks', 'install.failed'],
  ['anaconda.packages', 'install.failed'],
  ['subiquity.command', 'install.failed'],
  ['autoyast.storage', 'install.failed'],
];

function consoleOf(id: string): string {
  const sample = INSTALL_PATTERNS.find((pattern) => pattern.id === id)?.sample.text ?? '';
  const lines = sample.split('\n').map((line) => `# console: ${line}`);
  return `${lines.join('\n')}\n${faultyKickstart('console')}`;
}

describe.concurrent('a guest that gives up', () => {
  it.for(SAID)('with the console of %s → %s', async ([id, code], { expect, onTestFinished }) => {
    const sandbox = buildSandbox();
    onTestFinished(() => sandbox.remove());
    const error = await sandbox.failure({ location: installer.iso, script: sandbox.script(consoleOf(id)) });
    expect(error.code, error.message).toBe(code);
    expect(error.details).toMatchObject({ patternId: id });
    expect(sandbox.leftovers()).toEqual([]);
  });
});
