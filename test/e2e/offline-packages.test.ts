import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchKiln } from '../support/launched-kiln.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a package that Debian has not is named before any machine starts', async () => {
  const { code, lines } = await launchKiln(folder, [
    ...['build', 'debian-13-jeos', '--output', 'none', '--json'],
    ...['--location', 'debian-offline:trixie/cloud-init/no-such-package'],
  ]);
  expect(code).toBe(4);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    code: 'media.unavailable',
    message: expect.stringContaining('no package named no-such-package'),
  });
});
