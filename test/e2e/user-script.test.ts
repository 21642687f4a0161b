import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildResult } from '../../src/build/build-events.ts';
import { type BuildSandbox, buildSandbox } from '../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

let installer: TestInstaller;
let sandbox: BuildSandbox;

beforeAll(async () => {
  installer = await buildTestInstaller();
  sandbox = buildSandbox();
});
afterAll(() => sandbox?.remove());

/** Lacks the marker and the power-off, which Kiln puts in. */
const INSTALLS = `#!/bin/sh
# kiln: os=kiln-test
set -e
write-system {{disk_device}} {{hostname}}
echo made by a user script > /target/etc/made-by
echo 'root:{{root_password_hash}}' | chroot /target chpasswd -e
grep -q '^root:\\*:' /target/etc/shadow
`;
const CHANGES = `#!/bin/sh
set -e
grep 'made by a user script' /etc/made-by
sed -i 's#^root:[^:]*#root:{{root_password_hash}}#' /etc/shadow
{{completion_marker_command}}
poweroff
`;

const manifestOf = ({ manifestPath }: BuildResult): unknown => JSON.parse(readFileSync(manifestPath, 'utf8'));

function journalOf({ buildId }: BuildResult): unknown[] {
  const path = join(sandbox.context.places.state, 'builds', buildId, 'journal.jsonl');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

it('a program that fails is told with the line its own words lead to', async () => {
  const broken = INSTALLS.replace('echo made', 'cp /nothere /target/etc/\necho made');
  const error = await sandbox.failure({
    location: installer.tree,
    script: sandbox.script(broken, 'broken.sh'),
  });
  expect(error.code).toBe('install.failed');
  expect(error.message).toMatch(/script: \S*broken\.sh:5: cp \/nothere/);
});

it('a program installs from a live system, and another changes the image it made', async () => {
  const first = await sandbox.build(
    { location: installer.tree, inject: 'metadata', disk: '1GiB' },
    { target: sandbox.script(INSTALLS, 'install.sh') },
  );
  expect(readFileSync(join(first.directory, 'logs/http-access.log'), 'utf8')).toMatch(
    / GET \/nocloud\/user-data 200 \d+\n/,
  );
  // So that a build that is killed leaves none behind.
  expect(journalOf(first)).toContainEqual({
    kind: 'path',
    path: expect.stringContaining(`/run/metadata-${first.buildId}`),
  });
  expect(manifestOf(first)).toMatchObject({ outcome: { kind: 'completed', detail: 'power-off' } });

  const [image] = first.artifacts;
  const second = await sandbox.build(
    {
      import: image?.path ?? '',
      inject: 'config-drive',
      rootPasswordFile: sandbox.script('s3cret\n', 'password'),
      noBootCheck: false,
    },
    { target: sandbox.script(CHANGES, 'change.sh') },
  );
  expect(manifestOf(second)).toMatchObject({
    inputs: { media: [{ kind: 'import' }], installScript: { name: 'change.sh' } },
    outcome: { kind: 'completed', detail: 'power-off' },
    bootCheck: { result: 'passed' },
  });
  expect(sandbox.leftovers()).toEqual([]);
});
