import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommand } from '../../../src/process/run-command.ts';
import { compileSources } from '../../support/compile-sources.ts';

const compiled = await compileSources(['watch', 'syslog-server', 'libvirt', 'process', 'foundation', 'os']);
const folder = mkdtempSync(join(tmpdir(), 'kiln-hundred-'));
afterAll(() => {
  compiled.remove();
  rmSync(folder, { recursive: true, force: true });
});

// What it costs is measured by `npm run bench -- --only hundred`; here, on a busy machine, only that nothing runs in circles.
it('watches a hundred installs at ten lines a second each in 250 MB, and mostly waits', async () => {
  const script = join(import.meta.dirname, '../../support/hundred-builds.js');
  const { stdout } = await runCommand(process.execPath, [script, compiled.folder, folder, '100', '5']);
  const cost = JSON.parse(stdout) as { cores: number; rssMiB: number; phases: number };
  expect(cost.phases).toBeGreaterThan(100);
  expect(cost.rssMiB).toBeLessThan(250);
  expect(cost.cores).toBeLessThan(0.5);
});
