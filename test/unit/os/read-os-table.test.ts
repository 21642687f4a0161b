import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOsTable } from '../../../src/os/read-os-table.ts';

const INSTALLER = { family: 'anaconda', dialect: 'dracut', scriptKinds: ['kickstart'] };
const SYSTEM = { id: 'my1', title: 'My 1', bootFiles: [{ media: 'iso', kernel: 'k', initrd: 'i' }] };
const FILE = {
  distribution: 'My',
  names: ['^my'],
  idPrefix: 'my',
  versionParts: 1,
  defaults: {
    installers: [INSTALLER],
    architectures: ['x86_64'],
    minimumMemory: '1GiB',
    cpuLevel: 'x86-64',
    firmware: ['bios'],
  },
  generic: [],
  systems: [SYSTEM],
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-os-table-'));
  path = join(folder, 'my.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused = (message: string) =>
  expect(() => readOsTable(folder)).toThrowError(
    expect.objectContaining({
      code: 'os.bad-table',
      exitCode: 2,
      message: expect.stringContaining(`${path}${message}`),
    }),
  );

it('reads a file a user has added', () => {
  writeFileSync(path, JSON.stringify(FILE));
  expect(readOsTable(folder).systems).toMatchObject([{ id: 'my1', family: 'anaconda', firmware: ['bios'] }]);
});

it.each([
  ['', ':1: it is not JSON'],
  ['{\n', ':2: it is not JSON'],
  ['{\n  "distribution": "X",\n}\n', ':3: it is not JSON'],
  ['[]', ': the file expects an object, found a list'],
  ['{"distribution":"My"}', ': names is missing'],
  [JSON.stringify({ ...FILE, generic: undefined }), ': generic is missing'],
  [JSON.stringify({ ...FILE, names: ['('] }), ': names cannot be read'],
  [JSON.stringify({ ...FILE, defaults: { architectures: [] } }), ': defaults.installers is missing'],
  [JSON.stringify({ ...FILE, systems: [{ id: 'x' }] }), ': systems[0].title is missing'],
  [
    JSON.stringify({ ...FILE, systems: [{ ...SYSTEM, installers: [] }] }),
    ': systems[0].installers names none',
  ],
  [
    JSON.stringify({ ...FILE, systems: [{ ...SYSTEM, minimumDisk: 'big' }] }),
    ': systems[0].minimumDisk cannot',
  ],
  [
    JSON.stringify({
      ...FILE,
      systems: [{ ...SYSTEM, bootFiles: [{ on: 'iso', kernel: 'k', initrd: 'i' }] }],
    }),
    ': systems[0].bootFiles[0].on is no key known here; those are media, arch, kernel, initrd',
  ],
])('refuses %j', (text, message) => {
  writeFileSync(path, text);
  refused(message);
});

it('waits for no pipe, and reads no folder', () => {
  execFileSync('mkfifo', [path]);
  refused(': it is a pipe');
  rmSync(path);
  mkdirSync(path);
  refused(': it is a folder');
  rmSync(path, { recursive: true });
  symlinkSync(join(folder, 'nowhere'), path);
  refused(': it cannot be read (ENOENT)');
});
