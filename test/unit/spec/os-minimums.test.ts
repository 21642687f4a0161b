import { expect, it } from 'vitest';
import { gibibytes, mebibytes } from '../../../src/foundation/size.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';
import { thrownBy } from './thrown-by.ts';

const resolve = (overrides: Record<string, string>) =>
  resolveSpec({ target: undefined, overrides, cwd: '/nowhere', templateDir: '/nowhere' });

it.each<[string, Record<string, string>, number, number]>([
  ['no system', { cdrom: 'x.iso' }, 1024, 10],
  ['less than usual', { os: 'debian12', cdrom: 'x.iso' }, 1024, 10],
  ['more than usual', { os: 'rocky9', cdrom: 'x.iso' }, 1536, 10],
  ['an ISO from elsewhere', { os: 'rocky9', location: 'https://example.org/x.iso' }, 1536, 10],
  ['a tree from elsewhere', { os: 'rocky9', location: 'https://example.org/os/' }, 3072, 10],
])('gives a guest enough: %s', async (_what, overrides, memory, disk) => {
  const spec = await resolve(overrides);
  expect([spec.memory, spec.disk.size]).toEqual([mebibytes(memory), gibibytes(disk)]);
});

it.each<[Record<string, string>, string]>([
  [{ os: 'rhel9.4', cdrom: 'x.iso', memory: '1GiB' }, '--memory'],
  [{ os: 'rhel9.4', location: 'http://example.org/os', memory: '2GiB' }, '--memory'],
  [{ os: 'ubuntu24.04', cdrom: 'x.iso', disk: '4GiB' }, '--disk'],
])('refuses %j', async (overrides, where) => {
  const error = await thrownBy(resolve(overrides));
  expect(error).toMatchObject({ code: 'spec.invalid', details: { problems: [{ where }] } });
});

it('asks nothing of a finished image', async () => {
  const media: MediaSource[] = [{ kind: 'import', from: '/d.qcow2' }];
  expect(await resolve({ os: 'rhel9', import: '/d.qcow2', memory: '1GiB', disk: '1GiB' })).toMatchObject({
    media,
    memory: gibibytes(1),
  });
});
