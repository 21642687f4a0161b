import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readHostScripts } from '../../../src/ipxe/menu/host-scripts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-hosts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('says where the script of a machine is that cannot be used', async () => {
  const path = join(folder, 'HOSTNAME-a.ipxe');
  writeFileSync(path, '#!ipxe\ngoto nowhere\n');
  await expect(readHostScripts(folder)).rejects.toMatchObject({
    code: 'ipxe.bad-script',
    message: expect.stringContaining(`${path}:2: `),
  });
});

it.each([
  'mac-525400123456.ipxe',
  'MAC-52:54:00:12:34:56.ipxe',
  'MAC-52540012345A.ipxe',
  'hostname-web1.ipxe',
])('says of %s which letters are capitals', async (name) => {
  writeFileSync(join(folder, name), '#!ipxe\n');
  await expect(readHostScripts(folder)).rejects.toMatchObject({
    code: 'ipxe.bad-menu',
    message: expect.stringMatching(
      /MAC and HOSTNAME in capitals, the address in lower case and without colons/,
    ),
  });
});
