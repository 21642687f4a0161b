import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkKickseed } from '../../../src/build/check-kickseed.ts';
import { FILE_TYPE, writeCpio } from '../../../src/foundation/cpio-newc.ts';
import { appendToInitrd } from '../../../src/seed/append-to-initrd.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-kickseed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const media = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content);
  return { initrdPath: join(folder, name), source: name };
};
const PLAIN = gzipSync(
  writeCpio([{ path: 'init', mode: FILE_TYPE.file | 0o755, content: Buffer.from('x') }]),
);

it('refuses a kickstart where nothing can read it, and takes it where kickseed is, in whichever archive', async () => {
  const plain = media('plain', PLAIN);
  await expect(checkKickseed('debian13', 'kickstart', plain)).rejects.toMatchObject({
    code: 'media.no-kickseed',
  });
  const path = join(folder, 'more');
  await appendToInitrd(
    plain.initrdPath,
    [{ name: 'lib/kickseed/initrd-kickseed', content: '#!/bin/sh\n' }],
    path,
  );
  await checkKickseed('debian13', 'kickstart', { initrdPath: path, source: 'more' });
});

it('leaves other installers, other scripts and initrds it cannot read alone', async () => {
  const plain = media('plain', PLAIN);
  await checkKickseed('debian13', 'preseed', plain);
  await checkKickseed('fedora42', 'kickstart', plain);
  await checkKickseed('debian13', 'kickstart', media('packed otherwise', 'xz'));
});
