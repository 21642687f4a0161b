import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCustomMenus } from '../../../src/ipxe/menu/custom-menus.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-custom-'));
  writeFileSync(join(folder, 'more.yaml'), 'entries: [{key: b, chain: http://h/}]\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (yaml: string): Promise<unknown> => {
  writeFileSync(join(folder, 'menu.yaml'), yaml);
  return readCustomMenus(folder);
};
const entry = (words: string): Promise<unknown> => read(`entries: [{key: a, ${words}}]\n`);

it.each([
  ['chain: http://h/x.ipxe, arguments: foo=1', 'arguments'],
  ['chain: http://h/x.ipxe, initrd: [bar]', 'initrd'],
  ['sanboot: http://h/x.iso, initrd: bar, arguments: foo=1', 'initrd, arguments'],
  ['menu: more.yaml, arguments: foo=1', 'arguments'],
  ['menu: more.yaml, chain: http://h/x.ipxe', 'exactly one'],
])('refuses what the entry would not heed: %s', async (words, named) => {
  await expect(entry(words)).rejects.toThrow(
    expect.objectContaining({ code: 'ipxe.bad-menu', message: expect.stringContaining(named) }),
  );
});

it('takes what a kernel heeds', async () => {
  await expect(entry('kernel: http://h/k, initrd: [http://h/i], arguments: foo=1')).resolves.toMatchObject([
    { entries: [{ action: { kind: 'linux', arguments: ['foo=1'] } }] },
  ]);
});

it('says what is wrong with YAML in a sentence', async () => {
  await expect(read('title: x\nentries: [\n')).rejects.toThrow(/[^:]\.$/);
});

it.each(['chain', 'sanboot', 'kernel'])('says where an address stands that cannot: %s', async (key) => {
  await expect(entry(`${key}: "http://h/a b"`)).rejects.toMatchObject({
    code: 'ipxe.bad-url',
    message: expect.stringContaining(`menu.yaml entry 1 ${key}: "http://h/a b"`),
  });
});
