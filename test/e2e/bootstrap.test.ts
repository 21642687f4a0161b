import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrapMedia } from '../../src/build/bootstrap-media.ts';
import { Guest } from '../support/bare-guest.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

let installer: TestInstaller;
let folder: string;
let iso: string;
let disk: string;

beforeAll(async () => {
  installer = await buildTestInstaller();
  folder = await mkdtemp(join(tmpdir(), 'kiln-bootstrap-'));
  const make = async (format: 'iso' | 'disk', name: string): Promise<string> => {
    const { path } = await bootstrapMedia(
      {
        media: { kind: 'location', from: installer.tree },
        output: join(folder, name),
        format,
        // The kernel's own first lines are what is looked at here.
        kernelArguments: ['loglevel=7', 'ignore_loglevel', 'note=a;b'],
      },
      { cacheDir: join(folder, 'cache') },
    );
    return path;
  };
  [iso, disk] = [await make('iso', 'boot.iso'), await make('disk', 'boot.img')];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['iso', 'bios'],
  ['iso', 'uefi'],
  ['disk', 'bios'],
  ['disk', 'uefi'],
] as const)(
  'the %s boots by %s into the kernel with the arguments as they were given',
  async (format, firmware) => {
    const media = format === 'iso' ? { cdroms: [iso] } : { disk: { path: disk, bus: 'virtio' as const } };
    const guest = await Guest.start({ folder, firmware, ...media });
    try {
      await guest.waitFor(/Command line: .*ks=http:\/\/169\.254\.169\.254\/latest\/user-data .*note=a;b/);
    } finally {
      await guest.end();
    }
    expect(guest.console).toContain('Linux version');
  },
);
