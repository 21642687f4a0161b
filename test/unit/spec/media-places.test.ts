import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { readSpec } from '../../../src/spec/resolve-spec.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kiln-media-places-'));
  writeFileSync(join(cwd, 'low.yaml'), 'media:\n  - location: a.iso\n  - location: b.iso\n');
  writeFileSync(join(cwd, 'top.yaml'), 'base: low\n');
  const preseed = 'd-i debian-installer/locale string en_US\n';
  writeFileSync(join(cwd, 'said.cfg'), `# kiln: os=debian13 location=./c.iso\n${preseed}`);
  writeFileSync(join(cwd, 'plain.cfg'), `# kiln: os=debian13\n${preseed}`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const TEMPLATES = join(import.meta.dirname, '../../../vm-templates');

it.each<[string, BuildOverrides, number, string | undefined]>([
  ['top.yaml', {}, 1, 'low.yaml:3:15 media[1].location'],
  ['top.yaml', { location: 'other.iso' }, 0, undefined],
  ['said.cfg', {}, 0, undefined],
  ['plain.cfg', {}, 0, expect.stringMatching(/debian-13\.yaml:\d+:\d+ media\[0\]\.location$/)],
])('tells where a medium of %s with %o is named', async (target, overrides, index, where) => {
  const { locate } = await readSpec({ target, overrides, cwd, templateDir: TEMPLATES });
  expect(locate(['media', index, 'location'])).toEqual(where);
});
