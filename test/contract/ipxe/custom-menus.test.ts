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

it('keeps what looks like a number as it is written', async () => {
  const yaml = 'title: 1.10\nentries: [{key: 0x1, title: 24.10, kernel: http://h/k, arguments: 0x10}]\n';
  await expect(read(yaml)).resolves.toMatchObject([
    { title: '1.10', entries: [{ key: '0x1', title: '24.10', action: { arguments: ['0x10'] } }] },
  ]);
});

it.each([
  ['title: true\nentries: [{key: a, chain: http://h/}]', /menu\.yaml title is no text/],
  ['entries: [{key: a, title: "", chain: http://h/}]', /entry 1 title is empty/],
  ['entries: [{key: a, kernel: http://h/k, initrd: [http://h/i, null]}]', /entry 1 initrd 2 is empty/],
  ['entries: [{key: a, kernel: http://h/k, initrd: [[x]]}]', /entry 1 initrd 1 is no text/],
  ['entries: []', /menu\.yaml has no entries in its list "entries"/],
  ['entries: x', /menu\.yaml has "entries" that are no list/],
  ['title: x', /menu\.yaml has no list "entries"/],
  ['titel: x\nentries: [{key: a, chain: http://h/}]', /unknown key "titel".*Did you mean "title"\?/],
  ['title: !!js/function "x"\nentries: []', /menu\.yaml is no plain YAML: .*js\/function at line 1/],
  ['%FOO 1\n---\nentries: []', /menu\.yaml is no plain YAML: .*%FOO at line 1/],
  ['entries: []\n---\nentries: []', /menu\.yaml holds several documents; keep one/],
])('refuses %j and says why', async (yaml, why) => {
  await expect(read(`${yaml}\n`)).rejects.toThrow(
    expect.objectContaining({ code: 'ipxe.bad-menu', message: expect.stringMatching(why) }),
  );
});

it('refuses what is nested too deeply', async () => {
  await expect(read(`entries: ${'['.repeat(5000)}\n`)).rejects.toThrow(/menu\.yaml is nested too deeply\.$/);
});

it.each([
  ['arguments: a \u00e9', /menu\.yaml entry 1: holds characters beyond ASCII/],
  [`arguments: ${'x'.repeat(3000)}`, /menu\.yaml entry 1: is \d+ characters long; Linux reads 2047/],
  ['initrd: "http://${x"', /menu\.yaml entry 1: \$\{ has no closing \}/],
])('names the entry whose script would have a fault: %j', async (words, why) => {
  await expect(entry(`kernel: http://h/k, ${words}`)).rejects.toMatchObject({
    code: 'ipxe.bad-menu',
    message: expect.stringMatching(why),
  });
});
