import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kiln-ipxe-loader-'));
  writeFileSync(join(cwd, 'base.yaml'), 'name: base\nmedia:\n  - location: http://boot.example/tree\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const resolve = (target: string | undefined, overrides: BuildOverrides = {}) =>
  resolveSpec({ target, overrides, cwd, templateDir: cwd });

it('`media: ipxe` keeps the media of the base and changes who starts them', async () => {
  writeFileSync(join(cwd, 'through.yaml'), 'base: base\nmedia: ipxe\n');
  expect(await resolve('through.yaml')).toMatchObject({
    loader: 'ipxe',
    media: [{ kind: 'location', from: 'http://boot.example/tree' }],
  });
});

it('--ipxe says the same for one build', async () => {
  expect(await resolve('base.yaml', { ipxe: true })).toMatchObject({ loader: 'ipxe' });
  expect(await resolve('base.yaml')).not.toHaveProperty('loader');
});

it.each([[{ cdrom: '/x.iso', ipxe: true }], [{ location: '/x', ipxe: true, network: 'none' }]])(
  'refuses %j',
  async (overrides) => {
    await expect(resolve(undefined, overrides)).rejects.toMatchObject({ code: 'spec.invalid' });
  },
);
