import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diskIdentity } from '../../../src/host/disk-identity.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
const identify = (path: string): Promise<string> => diskIdentity(path, { sys: at('sys') });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-identity-'));
  await writeFile(at('disk.raw'), '');
  // Devices that nobody opens: a number says all, and what lies behind it stands in a sysfs of our own.
  for (const [name, minor] of [
    ['loop-on-file', '250'],
    ['loop-on-loop', '251'],
    ['loop-of-nothing', '252'],
    ['the-same-loop', '250'],
  ] as const) {
    execFileSync('mknod', [at(name), 'b', '7', minor]);
  }
  const behind = { '7:250': at('link.raw'), '7:251': at('loop-on-file'), '7:252': `${at('x')} (deleted)` };
  for (const [device, path] of Object.entries(behind)) {
    const place = at(`sys/dev/block/${device}/loop`);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'backing_file'), `${path}\n`);
  }
  await symlink(at('disk.raw'), at('link.raw'));
  await symlink(at('ring'), at('ring'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('links, and loop devices however deep, are the file behind them', async () => {
  const file = await identify(at('disk.raw'));
  for (const name of ['link.raw', 'loop-on-file', 'the-same-loop', 'loop-on-loop']) {
    expect(await identify(at(name)), name).toBe(file);
  }
});

test('what leads nowhere is itself', async () => {
  for (const name of ['nothing', 'ring']) expect(await identify(at(name))).toBe(at(name));
  expect(await identify(at('loop-of-nothing'))).not.toBe(await identify(at('disk.raw')));
});

test('a device without a file behind it is its number, under each of its nodes', async () => {
  const bare = { sys: at('nothing') };
  expect(await diskIdentity(at('loop-on-file'), bare)).toBe(await diskIdentity(at('the-same-loop'), bare));
  expect(await diskIdentity(at('loop-on-file'), bare)).not.toBe(await diskIdentity(at('loop-on-loop'), bare));
});
