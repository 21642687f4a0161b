import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';
import { thrownBy } from './thrown-by.ts';

const templateDir = join(import.meta.dirname, '../../../vm-templates');
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kiln-os-of-media-'));
  const kickstart = 'text\nlang en_US.UTF-8\npoweroff\n';
  await writeFile(join(cwd, 'a.ks'), kickstart);
  await writeFile(join(cwd, 'said.ks'), `# kiln: location=debian-offline:trixie\n${kickstart}`);
  const template = (media: string) => `name: x\nscript: a.ks\nmedia: [${media}]\n`;
  await writeFile(join(cwd, 'one.yaml'), template('{location: "apt-mirror:trixie"}'));
  const two = '{location: "apt-mirror:trixie"}, {location: "debian-offline:trixie"}';
  await writeFile(join(cwd, 'two.yaml'), template(two));
  await writeFile(join(cwd, 'mixed.yaml'), template('{location: "apt-mirror:trixie"}, {location: ./tree}'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const resolve = (target: string, overrides: BuildOverrides = {}) =>
  resolveSpec({ target, overrides, cwd, templateDir });

test.each([
  ['a.ks', 'debian-offline:trixie', 'debian13'],
  ['a.ks', 'debian-offline:trixie/vim', 'debian13'],
  ['a.ks', 'apt-mirror:trixie', 'debian13'],
  ['a.ks', 'apt-mirror:sid', undefined],
  ['a.ks', 'apt-mirror:noble', undefined],
  ['a.ks', './tree', undefined],
  ['said.ks', undefined, 'debian13'],
  ['one.yaml', undefined, 'debian13'],
  ['two.yaml', undefined, 'debian13'],
  ['mixed.yaml', undefined, undefined],
])('%s from %s is for %s', async (target, location, os) => {
  const spec = await resolve(target, location === undefined ? {} : { location });
  expect(spec.os).toBe(os);
});

test('a system that is named counts', async () => {
  expect((await resolve('a.ks', { location: 'apt-mirror:trixie', os: 'fedora42' })).os).toBe('fedora42');
});

test('the script has to be one that it reads', async () => {
  const { code } = await thrownBy(resolve('a.ks', { location: 'apt-mirror:bookworm' }));
  expect(code).toBe('script.wrong-kind');
});
