import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { buildSandbox } from '../support/build-sandbox.ts';
import { tried } from '../support/catalogue.ts';
import { SSH_KEYS } from '../support/ssh-keys.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

let installer: TestInstaller;

beforeAll(async () => {
  installer = await buildTestInstaller();
});

const VARIABLES = [
  'user=admin',
  `ssh_keys=${SSH_KEYS.ed25519} me@desk`,
  'packages=vim tmux',
  'locale=de_DE.UTF-8',
];

/** The installer speaks each real one's way; what docs/catalogue.md says of these scripts is what is done here. */
describe.concurrent('the test installer finds, reads and runs to its end the script of', () => {
  it.for(tried['against-the-test-installer'])('%s', async (template, { expect, onTestFinished }) => {
    const sandbox = buildSandbox();
    onTestFinished(() => sandbox.remove());
    const result = await sandbox.build(
      { location: installer.tree, variables: VARIABLES },
      { target: template },
    );
    expect(JSON.parse(readFileSync(result.manifestPath, 'utf8'))).toMatchObject({
      outcome: { kind: 'completed', detail: 'power-off' },
    });
    const console = readFileSync(join(result.directory, 'logs', 'serial.log'), 'utf8');
    expect(console).not.toMatch(/ended with exit code|ERROR/);
  });
});
