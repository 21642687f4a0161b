import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuildSandbox, buildSandbox, PROJECT_DIR } from '../support/build-sandbox.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

const BUILDS = 20;
/** Twice as many emulated guests as a small machine has cores. */
const AT_ONCE = 4;

let installer: TestInstaller;
let sandbox: BuildSandbox;
beforeAll(async () => {
  installer = await buildTestInstaller();
  sandbox = buildSandbox();
});
afterAll(() => sandbox.remove());

const SCRIPTS = ['kickstart/kiln-test.ks', 'preseed/kiln-test.preseed'].map((name) =>
  join(PROJECT_DIR, 'install_scripts', name),
);

it('none of twenty good installs is called failed where guests have to wait for each other', {
  retry: 0,
}, async () => {
  const waiting = Array.from({ length: BUILDS }, (_, index) => index);
  const outcomes: string[] = [];
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const script = SCRIPTS[index % SCRIPTS.length];
      const medium = index % 4 === 3 ? { cdrom: installer.iso } : { location: installer.iso };
      const told = sandbox.build({
        ...medium,
        ...(index % 4 === 3 ? {} : { script }),
        name: `busy-${index}`,
      });
      outcomes.push(await told.then(({ artifacts }) => `${artifacts.length} image`, String));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(outcomes).toEqual(Array.from({ length: BUILDS }, () => '1 image'));
  expect(sandbox.leftovers()).toEqual([]);
});
