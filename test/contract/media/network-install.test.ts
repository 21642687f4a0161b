import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FILE_TYPE, paddingTo4, writeCpio } from '../../../src/foundation/cpio-newc.ts';
import { servedIsoArguments } from '../../../src/media/added-arguments.ts';
import { networkInstall } from '../../../src/media/debian-offline/network-install.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-network-install-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TREE = { host: '10.0.2.2:4711', folder: '/t0ken/tree' };
const status = (...names: string[]): string =>
  names.map((name) => `Package: ${name}\nStatus: install ok unpacked\n`).join('\n');

function initrd(padding: (length: number) => number, ...statuses: string[]): string {
  const parts = statuses.flatMap((text) => {
    const path = 'var/lib/dpkg/status';
    const packed = gzipSync(writeCpio([{ path, mode: FILE_TYPE.file | 0o644, content: Buffer.from(text) }]));
    return [packed, Buffer.alloc(padding(packed.length))];
  });
  const path = join(folder, 'initrd.gz');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

const FULL = ['cdrom-detect', 'load-cdrom', 'cdrom-retriever', 'apt-cdrom-setup', 'netcfg', 'bootstrap-base'];

it.each([
  ['padded', paddingTo4],
  ['touching', () => 0],
])('takes what belongs to a CD out of the last status file; archives %s', async (_, padding) => {
  const path = initrd(padding, status('netcfg', 'anna'), status(...FULL));
  const files = await networkInstall(path);
  const [first, ...hooks] = files?.(TREE.host) ?? [];
  expect(first?.name).toBe('var/lib/dpkg/status');
  expect(first?.content.match(/^Package: .*$/gm)).toEqual(['Package: netcfg', 'Package: bootstrap-base']);
  expect(hooks.map(({ mode }) => mode)).toEqual([0o755, 0o755]);
  expect(hooks[1]?.content).toContain('/10[.]0[.]2[.]2:4711/d');
  expect(servedIsoArguments(TREE, 'trixie')).toEqual(
    expect.arrayContaining([
      'mirror/http/hostname=10.0.2.2:4711',
      'mirror/http/directory=/t0ken/tree',
      'mirror/codename=trixie',
    ]),
  );
});

it('leaves an installer alone that has to load components from its CD', async () => {
  expect(await networkInstall(initrd(paddingTo4, status('cdrom-detect', 'anna')))).toBeUndefined();
  const other = join(folder, 'other');
  writeFileSync(other, 'no gzip');
  expect(await networkInstall(other)).toBeUndefined();
});
