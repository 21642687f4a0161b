import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BootstrapRequest, bootstrapMedia } from '../../../src/build/bootstrap-media.ts';
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

const make = (name: string, more: Partial<BootstrapRequest> = {}) => {
  const media = { kind: 'location', from: join(folder, 'dvd.iso') } as const;
  const output = join(folder, name);
  const request = { media, output, format: 'disk', os: 'rocky9', kernelArguments: [] } as const;
  return bootstrapMedia({ ...request, ...more }, { cacheDir: join(folder, 'cache') });
};
const argumentsWith = async (...kernelArguments: string[]): Promise<readonly string[]> =>
  (await make('boot.img', { kernelArguments })).kernelArguments;

it('looks for Anaconda on the ISO, or in the repository that is named', async () => {
  const onDisc = 'inst.stage2=hd:LABEL=Rocky-9-4-x86_64-dvd';
  const repository = 'inst.repo=http://mirror.example/rocky/9/';
  expect(await argumentsWith()).toContain(onDisc);
  const lines = await argumentsWith(repository);
  expect(lines).toContain(repository);
  expect(lines).not.toContain(onDisc);
});

it.each(['disk', 'iso'] as const)(
  '%s: with a script or secret for its owner alone, else as the umask says',
  async (format) => {
    await writeFile(join(folder, 'plain'), '');
    const modeOf = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;
    const modeWith = async (name: string, more: Partial<BootstrapRequest>): Promise<number> => {
      await make(name, { ...more, format });
      return modeOf(name);
    };
    await writeFile(join(folder, 'my.ks'), 'text\nrootpw --iscrypted $6$x$y\npoweroff\n');
    expect(await modeWith('open', {})).toBe(await modeOf('plain'));
    expect(await modeWith('scripted', { script: join(folder, 'my.ks') })).toBe(0o600);
    expect(await modeWith('secret', { kernelArguments: ['inst.vncpassword=hush123'] })).toBe(0o600);
  },
);
