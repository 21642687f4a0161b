import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type ExportOptions, exportMenus } from '../../../src/ipxe/menu/export-menus.ts';

/** What happens right before a file's move, or in place of it, and right after: nothing that is asked beforehand can tell. */
const { move } = vi.hoisted(() => ({ move: { of: '', before: (): void => {}, after: (): void => {} } }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    const isMeant = move.of !== '' && String(from).includes('/new/') && String(to).endsWith(`/${move.of}`);
    if (isMeant) move.before();
    await real.rename(from, to);
    if (isMeant) move.after();
  };
  return { ...real, rename };
});

const asItIs = (): void => void Object.assign(move, { of: '', before: () => {}, after: () => {} });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-export-'));
});
afterEach(() => {
  asItIs();
  rmSync(folder, { recursive: true });
});

const at = (...names: string[]): string => join(folder, 'menus', ...names);
const texts = (...paths: string[]): readonly string[] => paths.map((path) => readFileSync(at(path), 'utf8'));
const PATHS = ['boot.cfg', 'scripts/a.ks', 'menu.ipxe'] as const;
const ALL = [...PATHS, 'kiln-menus.json'];
const menus = (content: string, options: Partial<ExportOptions> = {}): Promise<readonly string[]> =>
  exportMenus(
    PATHS.map((path) => ({ path, text: content })),
    at(),
    { version: '1', ...options },
  ).then(({ kept }) => kept);
const refused = (code: string, name: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(name) });
const busy = (): never => {
  throw Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rename', path: 'draft' });
};
const drafts = (): readonly string[] => readdirSync(at()).filter((name) => name.startsWith('.'));

/** Nobody's rights where root runs the tests: root may write everywhere. */
async function unprivileged(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  const everything = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })];
  for (const path of everything) chownSync(join(folder, path), 65534, 65534);
  process.seteuid?.(65534);
  await work().finally(() => process.seteuid?.(0));
}

it('replaces nothing when one file cannot be replaced', async () => {
  await menus('one');
  const before = texts(...ALL);
  await unprivileged(async () => {
    chmodSync(at('scripts'), 0o555);
    await expect(menus('two')).rejects.toMatchObject({ path: expect.stringContaining(at('scripts')) });
    expect([texts(...ALL), drafts()]).toEqual([before, []]);
    chmodSync(at('scripts'), 0o755);
    await expect(menus('two')).resolves.toEqual([]);
  });
});

it('replaces nothing when a folder or a file is in the way, and names it', async () => {
  const sign = async (draft: string, names: readonly string[]): Promise<void> => {
    for (const name of names) writeFileSync(join(draft, `${name}.sig`), '');
  };
  await menus('one');
  mkdirSync(at('menu.ipxe.sig'));
  await expect(menus('two', { sign })).rejects.toThrow(refused('ipxe.edited', at('menu.ipxe.sig')));
  expect(texts(...PATHS)).toEqual(['one', 'one', 'one']);
  renameSync(at('scripts'), at('mine'));
  writeFileSync(at('scripts'), '');
  await expect(menus('two')).rejects.toThrow(refused('ipxe.edited', at('scripts')));
  expect([texts('boot.cfg', 'menu.ipxe'), drafts()]).toEqual([['one', 'one'], []]);
});

it('names the file that could not be replaced after all, and has the next export do it', async () => {
  await menus('one');
  Object.assign(move, { of: 'scripts/a.ks', before: busy });
  await expect(menus('two')).rejects.toThrow(refused('ipxe.half-exported', at('scripts/a.ks')));
  expect([drafts().length, texts('menu.ipxe')]).toEqual([1, ['one']]);
  await expect(menus('one')).rejects.toThrow(refused('ipxe.half-exported', at('scripts/a.ks')));
  asItIs();
  // None of what it wrote counts as edited.
  await expect(menus('three')).resolves.toEqual([]);
  expect([texts(...PATHS), drafts()]).toEqual([['three', 'three', 'three'], []]);
});

it('finds edits of the user among files of an export that failed', async () => {
  await menus('one');
  Object.assign(move, { of: 'menu.ipxe', before: busy });
  await expect(menus('two')).rejects.toThrow(refused('ipxe.half-exported', at('menu.ipxe')));
  asItIs();
  writeFileSync(at('boot.cfg'), 'mine');
  await expect(menus('three')).rejects.toThrow(refused('ipxe.edited', ': boot.cfg.'));
  expect(texts(...PATHS)).toEqual(['mine', 'two', 'two']);
});

it.each(['is not there any more', 'is a link to another'])(
  'fails when the folder %s, and makes and changes nothing in its place',
  async (what) => {
    await menus('one');
    mkdirSync(join(folder, 'victim'));
    const replace = (): void => {
      renameSync(at(), join(folder, 'moved'));
      if (what.includes('link')) symlinkSync('victim', at());
    };
    /** And the exporting process is gone, so that its lock counts no more, nor what it had not completed. */
    const back = (leftovers: RegExp): void => {
      rmSync(at(), { force: true });
      renameSync(join(folder, 'moved'), at());
      for (const name of drafts().filter((draft) => leftovers.test(draft)))
        rmSync(at(name), { recursive: true });
    };
    const moved = refused('ipxe.folder-moved', at());
    await expect(menus('two', { sign: async () => replace() })).rejects.toThrow(moved);
    expect([existsSync(at()), readdirSync(join(folder, 'victim'))]).toEqual([what.includes('link'), []]);
    back(/./);
    expect(texts(...PATHS)).toEqual(['one', 'one', 'one']);
    for (const moment of [
      { of: 'boot.cfg', before: replace },
      { of: 'scripts/a.ks', before: replace },
      { of: 'kiln-menus.json', after: replace },
    ]) {
      Object.assign(move, moment);
      await expect(menus('two')).rejects.toThrow(moved);
      expect([existsSync(at()), readdirSync(join(folder, 'victim'))]).toEqual([what.includes('link'), []]);
      asItIs();
      back(/lock$/);
      await expect(menus('one')).resolves.toEqual([]);
      expect([texts(...PATHS), drafts()]).toEqual([['one', 'one', 'one'], []]);
    }
  },
);

it('writes nothing through a folder that is a link out, or to nowhere', async () => {
  await menus('one');
  mkdirSync(join(folder, 'outside'));
  for (const to of ['../outside', '../nowhere']) {
    rmSync(at('scripts'), { recursive: true });
    symlinkSync(to, at('scripts'));
    for (const onEdited of ['refuse', 'keep', 'overwrite'] as const)
      await expect(menus('two', { onEdited })).rejects.toThrow(refused('ipxe.leads-out', at('scripts')));
  }
  expect([readdirSync(join(folder, 'outside')), readdirSync(folder).sort()]).toEqual([
    [],
    ['menus', 'outside'],
  ]);
  expect([texts('boot.cfg', 'menu.ipxe'), drafts()]).toEqual([['one', 'one'], []]);
});

it('writes through a folder that is a link to another among the menus', async () => {
  await menus('one');
  renameSync(at('scripts'), at('mine'));
  symlinkSync('mine', at('scripts'));
  const { ino } = statSync(at('mine'));
  await menus('two');
  expect([texts('mine/a.ks'), statSync(at('scripts')).ino]).toEqual([['two'], ino]);
  await exportMenus([{ path: 'menu.ipxe', text: 'three' }], at(), { version: '1' });
  expect([readdirSync(at('mine')), drafts()]).toEqual([[], []]);
});
