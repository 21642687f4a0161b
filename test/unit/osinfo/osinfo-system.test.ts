import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOsinfoDb } from '../../../src/osinfo/osinfo-db.ts';
import { osinfoMedia } from '../../../src/osinfo/osinfo-media.ts';
import { findOsinfo, listOsinfo } from '../../../src/osinfo/osinfo-system.ts';

const XML = `<?xml version="1.0"?>
<libosinfo version="0.0.1">
  <os id="http://example.org/mini/3">
    <short-id>mini3</short-id><short-id>minithree</short-id>
    <name xml:lang="de">Klein 3</name><name>Mini &amp; Small 3</name>
    <eol-date>2031-01-02</eol-date>
    <resources arch="all"><minimum><ram>1073741824</ram><storage>2147483648</storage></minimum></resources>
    <media arch="x86_64">
      <iso><volume-id>Mini-3(-\\d)?-x86_64</volume-id><system-id>LINUX</system-id></iso>
      <kernel>boot/linux</kernel><initrd>boot/initrd</initrd>
    </media>
  </os>
</libosinfo>`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-osinfo-'));
  await mkdir(join(folder, 'os', 'example.org'), { recursive: true });
  await writeFile(join(folder, 'os', 'example.org', 'mini-3.xml'), XML);
  await writeFile(
    join(folder, 'os', 'example.org', 'broken.xml'),
    '<libosinfo><os><short-id>broken</short-id>',
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('reads a system by any of its short ids', () => {
  const mini = {
    source: 'osinfo-db',
    id: 'mini3',
    ids: ['mini3', 'minithree'],
    title: 'Mini & Small 3',
    architectures: ['x86_64'],
    bootFiles: [{ kernel: 'boot/linux', initrd: 'boot/initrd', arch: 'x86_64' }],
    minimumMemory: 2 ** 30,
    minimumDisk: 2 ** 31,
    endOfLife: '2031-01-02',
  };
  expect(findOsinfo(openOsinfoDb([folder]), 'MiniThree')).toEqual(mini);
  expect(listOsinfo(openOsinfoDb([folder]))).toEqual([mini]);
  expect(findOsinfo(openOsinfoDb([folder]), 'broken')).toBeUndefined();
});

it('reads how ISO images are recognised', () => {
  expect(osinfoMedia(openOsinfoDb([folder]))).toEqual([
    {
      osId: 'mini3',
      title: 'Mini & Small 3',
      arch: 'x86_64',
      volumeId: 'Mini-3(-\\d)?-x86_64',
      systemId: 'LINUX',
    },
  ]);
});

it('knows nothing where osinfo-db is not installed', () => {
  expect(findOsinfo(openOsinfoDb([join(folder, 'none')]), 'mini3')).toBeUndefined();
  expect(listOsinfo(openOsinfoDb([join(folder, 'none')]))).toEqual([]);
});
