import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { untilDecided, watchesOfTests } from './support.ts';

const start = watchesOfTests();
const RECORDED = new URL('../../../fixtures/consoles/isolinux-no-configuration.raw.log', import.meta.url);

it('an ISOLINUX without a configuration is told, though SeaBIOS tears its words apart', async () => {
  const run = await start();
  for (const piece of (await readFile(RECORDED, 'utf8')).match(/[\s\S]{1,7}/g) ?? []) run.guest.print(piece);
  expect(await untilDecided(run, 10)).toMatchObject({
    kind: 'failed',
    cause: 'not-booted',
    patternId: 'firmware.isolinux',
    line: 'WARNING: No configuration file found',
    evidence: { consoleTail: expect.arrayContaining(['boot:']) },
  });
});

it.each([
  'SYSLINUX 6.04 EDD No DEFAULT or UI configuration directive found!\r\nboot: ',
  'ISOLINUX 6.04 Copyright (C) 1994-2015\r\nNo DEFAULT or UI configuration directive found!\r\nboot: ',
  'isolinux: Image checksum error, sorry...\r\n',
  'ISOLINUX 6.04 ETCD Copyright (C) 1994-2015\r\nFailed to load ldlinux.c32\r\n',
])('another word of it is told: %j', async (text) => {
  const run = await start();
  run.guest.print(text);
  expect(await untilDecided(run, 10)).toMatchObject({
    cause: 'not-booted',
    patternId: 'firmware.isolinux',
  });
});
