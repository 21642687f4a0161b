import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newOwnFolder } from '../../../src/foundation/own-folder.ts';
import { type ExportOptions, exportMenus } from '../../../src/ipxe/menu/export-menus.ts';
import { declareComplete, newFilesIn } from '../../../src/ipxe/menu/put-in-place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]): string => join(folder, 'menus', ...names);
const text = (...names: string[]): string => readFileSync(at(...names), 'utf8');
const put = (path: string, content: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
};
const menus = (
  files: Readonly<Record<string, string>>,
  options: Partial<ExportOptions> = {},
): Promise<readonly string[]> =>
  exportMenus(
    Object.entries(files).map(([path, content]) => ({ path, text: content })),
    at(),
    { version: '1', ...options },
  ).then(({ kept }) => kept);
const refused = (code: string, name: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(name) });

/** What an export whose process is gone has left in the menus. */
async function killed(files: Readonly<Record<string, string>>): Promise<string> {
  const mine = await newOwnFolder(at(), '.kiln-export.');
  const dead = mine.replace(/\.kiln-export\.\d+-\d+/, '.kiln-export.1-1');
  renameSync(mine, dead);
  mkdirSync(newFilesIn(dead));
  for (const [path, content] of Object.entries(files)) writeFileSync(join(newFilesIn(dead), path), content);
  return dead;
}

it('takes away what a killed export left, and not what one that runs has', async () => {
  await menus({ 'menu.ipxe': 'one' });
  const running = await newOwnFolder(at(), '.kiln-export.');
  await killed({ 'menu.ipxe': 'half' });
  await expect(menus({ 'menu.ipxe': 'one', 'boot.cfg': '' })).resolves.toEqual([]);
  expect(readdirSync(at()).map((name) => at(name))).toEqual(
    [running, at('boot.cfg'), at('kiln-menus.json'), at('menu.ipxe')].sort(),
  );
});

it('carries out an export that was killed when it had begun to move its files', async () => {
  await menus({ 'menu.ipxe': 'one', 'old.ipxe': 'x', 'boot.cfg': 'one' });
  const list = text('kiln-menus.json');
  await menus({ 'menu.ipxe': 'two', 'boot.cfg': 'two' });
  const dead = await killed({ 'kiln-menus.json': text('kiln-menus.json'), 'menu.ipxe': 'two' });
  await declareComplete(dead, ['old.ipxe']);
  // boot.cfg had been moved already.
  for (const [path, content] of [
    ['kiln-menus.json', list],
    ['menu.ipxe', 'one'],
    ['old.ipxe', 'x'],
  ] as const)
    put(path, content);
  await menus({ 'menu.ipxe': 'three', 'boot.cfg': 'three' });
  expect(readdirSync(at())).toEqual(['boot.cfg', 'kiln-menus.json', 'menu.ipxe']);
  expect([text('menu.ipxe'), text('boot.cfg')]).toEqual(['three', 'three']);
});

it('removes nothing that lies elsewhere, whatever a killed export says', async () => {
  await menus({ 'menu.ipxe': 'one' });
  writeFileSync(join(folder, 'mine'), '');
  symlinkSync(folder, at('link'));
  for (const path of ['../mine', 'link/mine', join(folder, 'mine')])
    await declareComplete(await killed({}), [path]);
  writeFileSync(join(await killed({ 'menu.ipxe': 'half' }), 'remove.json'), '["menu.');
  await menus({ 'menu.ipxe': 'one' });
  expect(readdirSync(folder)).toContain('mine');
  expect(readdirSync(at())).toEqual(['kiln-menus.json', 'link', 'menu.ipxe']);
});

it('goes where a link leads, and keeps the folder itself, its mode and those of the files', async () => {
  mkdirSync(join(folder, 'srv'));
  symlinkSync('srv', at());
  await menus({ 'menu.ipxe': 'one' });
  chmodSync(at(), 0o2770);
  chmodSync(at('menu.ipxe'), 0o640);
  const { ino } = statSync(at());
  await menus({ 'menu.ipxe': 'two' });
  expect(lstatSync(at()).isSymbolicLink()).toBe(true);
  expect(realpathSync(at())).toBe(join(realpathSync(folder), 'srv'));
  expect([statSync(at()).ino, statSync(at()).mode & 0o7777]).toEqual([ino, 0o2770]);
  expect([statSync(at('menu.ipxe')).mode & 0o777, text('menu.ipxe')]).toEqual([0o640, 'two']);
});

it('removes what it wrote before and writes no more, and nothing that others put beside', async () => {
  await menus({ 'menu.ipxe': 'one', 'hosts/a.ipxe': 'a', 'scripts/b': 'b' });
  put('scripts/mine', 'mine');
  put('mirror/debian/linux', 'linux');
  await menus({ 'menu.ipxe': 'one' });
  expect(readdirSync(at()).sort()).toEqual(['kiln-menus.json', 'menu.ipxe', 'mirror', 'scripts']);
  expect(readdirSync(at('scripts'))).toEqual(['mine']);
});

it('refuses to overwrite an edited file or one of the user, unless told what to do', async () => {
  await menus({ 'menu.ipxe': 'one', 'boot.cfg': 'one' });
  put('boot.cfg', 'mine');
  put('custom.ipxe', 'my own');
  const next = { 'menu.ipxe': 'two', 'boot.cfg': 'two', 'custom.ipxe': 'two' };
  await expect(menus(next)).rejects.toThrow(refused('ipxe.edited', 'boot.cfg, custom.ipxe'));
  expect([text('menu.ipxe'), text('boot.cfg'), text('custom.ipxe')]).toEqual(['one', 'mine', 'my own']);
  expect(await menus(next, { onEdited: 'keep' })).toEqual(['boot.cfg', 'custom.ipxe']);
  expect([text('menu.ipxe'), text('boot.cfg'), text('custom.ipxe')]).toEqual(['two', 'mine', 'my own']);
  // Kept once is not written by Kiln.
  await expect(menus(next)).rejects.toThrow(refused('ipxe.edited', 'boot.cfg, custom.ipxe'));
  const { 'custom.ipxe': _, ...without } = next;
  expect(await menus(without, { onEdited: 'keep' })).toEqual(['boot.cfg', 'custom.ipxe']);
  expect(text('custom.ipxe')).toBe('my own');
  expect(await menus(without, { onEdited: 'overwrite' })).toEqual([]);
  expect(text('boot.cfg')).toBe('two');
  expect(await menus({ ...without, 'boot.cfg': 'three' })).toEqual([]);
});

it.each(['null', '{'])('names the damaged list, not the menus, when that says %s', async (damaged) => {
  await menus({ 'menu.ipxe': 'one' });
  put('kiln-menus.json', damaged);
  const next = { 'menu.ipxe': 'two' };
  await expect(menus(next)).rejects.toThrow(refused('ipxe.edited', `${at('kiln-menus.json')} is damaged`));
  expect(text('menu.ipxe')).toBe('one');
  expect(await menus(next, { onEdited: 'overwrite' })).toEqual([]);
  expect(await menus({ 'menu.ipxe': 'three' })).toEqual([]);
});

it('neither leaves an edited file live that is no more, nor removes it unasked', async () => {
  const sign = async (draft: string, names: readonly string[]): Promise<void> => {
    for (const name of names) writeFileSync(join(draft, `${name}.sig`), '');
  };
  const next = { 'menu.ipxe': 'two' };
  await menus({ 'menu.ipxe': 'one', 'hosts/a.ipxe': 'a', 'hosts/b.ipxe': 'b' }, { sign });
  put('hosts/a.ipxe', 'mine');
  await expect(menus(next, { sign })).rejects.toThrow(refused('ipxe.edited', 'hosts/a.ipxe'));
  expect([text('menu.ipxe'), text('hosts/a.ipxe'), text('hosts/b.ipxe')]).toEqual(['one', 'mine', 'b']);
  for (const _ of ['once', 'again']) {
    expect(await menus(next, { sign, onEdited: 'keep' })).toEqual(['hosts/a.ipxe']);
    expect(readdirSync(at('hosts')).sort()).toEqual(['a.ipxe', 'a.ipxe.sig']);
    const sum = createHash('sha256').update('mine').digest('hex');
    expect(JSON.parse(text('kiln-menus.json'))).toMatchObject({ files: { 'hosts/a.ipxe': sum } });
  }
  await expect(menus(next, { sign })).rejects.toThrow(refused('ipxe.edited', '--force'));
  expect(await menus(next, { sign, onEdited: 'overwrite' })).toEqual([]);
  expect(readdirSync(at()).sort()).toEqual([
    'kiln-menus.json',
    'kiln-menus.json.sig',
    'menu.ipxe',
    'menu.ipxe.sig',
  ]);
});

it('writes nothing when signing fails, and leaves no folder that was not there', async () => {
  const fail = { sign: () => Promise.reject(new Error('no key')) };
  await expect(menus({ 'menu.ipxe': 'one' }, fail)).rejects.toThrow('no key');
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(at());
  await expect(menus({ 'menu.ipxe': 'one' }, fail)).rejects.toThrow('no key');
  expect(readdirSync(at())).toEqual([]);
});

it('signs anew what it keeps, and takes signatures away that are no more', async () => {
  const sign = async (draft: string, names: readonly string[]): Promise<void> => {
    for (const name of names)
      writeFileSync(join(draft, `${name}.sig`), `of ${readFileSync(join(draft, name))}`);
  };
  await menus({ 'menu.ipxe': 'one', 'boot.cfg': 'one' }, { sign });
  put('boot.cfg', 'mine');
  await menus({ 'menu.ipxe': 'one', 'boot.cfg': 'two' }, { sign, onEdited: 'keep' });
  expect([text('boot.cfg'), text('boot.cfg.sig')]).toEqual(['mine', 'of mine']);
  await menus({ 'menu.ipxe': 'one', 'boot.cfg': 'two' }, { onEdited: 'keep' });
  expect(readdirSync(at()).filter((name) => name.endsWith('.sig'))).toEqual([]);
});

it('keeps an edited file byte by byte, in the list and for the signature as well', async () => {
  await menus({ 'boot.cfg': 'one' });
  const mine = Buffer.from('#!ipxe\n# caf\u00e9\n', 'latin1');
  writeFileSync(at('boot.cfg'), mine);
  const signed: Buffer[] = [];
  const sign = async (draft: string): Promise<void> => {
    signed.push(readFileSync(join(draft, 'boot.cfg')));
  };
  expect(await menus({ 'boot.cfg': 'two' }, { sign, onEdited: 'keep' })).toEqual(['boot.cfg']);
  expect([readFileSync(at('boot.cfg')), ...signed]).toEqual([mine, mine]);
  const sum = createHash('sha256').update(mine).digest('hex');
  expect(JSON.parse(text('kiln-menus.json'))).toMatchObject({ files: { 'boot.cfg': sum } });
});

it('exports at once into one folder take turns, and leave nothing of it', async () => {
  const signing: string[] = [];
  const exportOf = (content: string) =>
    menus(
      { 'menu.ipxe': content },
      {
        onEdited: 'overwrite',
        sign: async () => {
          signing.push(`${content} begins`);
          await new Promise((resolve) => setTimeout(resolve, 20));
          signing.push(`${content} ends`);
        },
      },
    );
  await Promise.all(['one', 'two', 'three'].map(exportOf));
  expect(signing.filter((_, index) => index % 2 === 0).map((said) => said.replace('begins', 'ends'))).toEqual(
    signing.filter((_, index) => index % 2 === 1),
  );
  expect(readdirSync(at()).sort()).toEqual(['kiln-menus.json', 'menu.ipxe']);
});
