import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrapMedia } from '../../../src/build/bootstrap-media.ts';
import { makeIso } from '../media/make-iso.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-bootstrap-media-'));
  const binary = Buffer.from([0, 1, 2, 3]);
  await makeIso(
    join(folder, 'dvd.iso'),
    { 'images/pxeboot/vmlinuz': binary, 'images/pxeboot/initrd.img': binary, 'boot.img': Buffer.alloc(2048) },
    { biosImage: 'boot.img', label: 'Rocky-9-4-x86_64-dvd' },
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const argumentsWith = async (...kernelArguments: string[]): Promise<readonly string[]> => {
  const media = { kind: 'location', from: join(folder, 'dvd.iso') } as const;
  const output = join(folder, 'boot.img');
  const request = { media, output, format: 'disk', os: 'rocky9', kernelArguments } as const;
  return (await bootstrapMedia(request, { cacheDir: join(folder, 'cache') })).kernelArguments;
};

it('looks for Anaconda on the ISO, or in the repository that is named', async () => {
  const onDisc = 'inst.stage2=hd:LABEL=Rocky-9-4-x86_64-dvd';
  const repository = 'inst.repo=http://mirror.example/rocky/9/';
  expect(await argumentsWith()).toContain(onDisc);
  const lines = await argumentsWith(repository);
  expect(lines).toContain(repository);
  expect(lines).not.toContain(onDisc);
});
