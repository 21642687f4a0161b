import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildOverrides } from '../../../src/spec/build-overrides.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';
import { thrownBy } from './thrown-by.ts';

const templateDir = join(import.meta.dirname, '../../../vm-templates');
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kiln-kind-'));
  await writeFile(join(cwd, 'a.ks'), 'text\nlang C\npoweroff\n');
  await writeFile(join(cwd, 'a.sh'), '#!/bin/sh\npoweroff\n');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const resolve = (target: string | undefined, overrides: BuildOverrides) =>
  resolveSpec({ target, overrides, cwd, templateDir });

it('refuses a script of a kind that the installer does not read', async () => {
  const error = await thrownBy(resolve('a.ks', { os: 'debian12', location: 'tree' }));
  expect(error).toMatchObject({
    code: 'script.wrong-kind',
    message: 'The install script a.ks is kickstart, and the installer of Debian 12 (bookworm) reads preseed.',
    details: { script: join(cwd, 'a.ks'), kind: 'kickstart', os: 'debian12' },
  });
});

it('knows of a program only where Kiln boots the installer itself', async () => {
  const { code } = await thrownBy(resolve('a.sh', { os: 'debian12', location: 'tree' }));
  expect(code).toBe('script.wrong-kind');
  const onIso = await resolve('a.sh', { os: 'debian12', cdrom: 'live.iso' });
  expect(onIso.script?.kind).toBe('user-script');
});

it('tells it together with other problems', async () => {
  const overrides = { os: 'debian12', location: 'tree', memory: '16MiB' };
  const { code, message } = await thrownBy(resolve('a.ks', overrides));
  expect(code).toBe('spec.invalid');
  expect(message).toMatch(/--memory: 16.0 MiB is too little/);
  expect(message).toMatch(/a\.ks is kickstart, and the installer of Debian 12/);
});

it('tells it together with media that are missing, before they are looked for', async () => {
  const { code, message } = await thrownBy(resolve('a.ks', { os: 'sles15' }));
  expect(code).toBe('spec.invalid');
  expect(message).toMatch(/media: nothing tells what to install from/);
  expect(message).toMatch(/\n {2}script: The install script a\.ks is kickstart, and the installer of SUSE/);
});

it('says of a finished image once that it has no installer', async () => {
  const { message } = await thrownBy(resolve('a.ks', { os: 'debian12', import: 'd.qcow2' }));
  expect(message).toMatch(/has a problem:\n.* is for an installer/);
});
