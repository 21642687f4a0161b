import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../../src/foundation/lock-file.ts';
import { newOwnFolder } from '../../../src/foundation/own-folder.ts';
import { findDamaged, listCache, removeItem, surplusOf } from '../../../src/media/cache-upkeep.ts';
import { openMediaCache } from '../../../src/media/media-cache.ts';
import { packageLock } from '../../../src/media/package-folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-upkeep-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const make = (key: string, content: string) =>
  openMediaCache(folder).make(key, async (path) => {
    await writeFile(path, content);
    return undefined;
  });

it('lists what takes space, the longest unused first', async () => {
  const [old, young] = [await make('url old', 'old'), await make('url young', 'young')];
  await make('boot file of young', 'young');
  await mkdir(join(folder, 'media', 'partial'));
  await writeFile(join(folder, 'media', 'partial', 'abc'), '12');
  const long = new Date('2020-01-01');
  await utimes(join(folder, 'media', 'partial', 'abc'), long, long);
  const items = await listCache(folder);
  expect(items.map(({ uses }) => uses)).toEqual([
    ['unfinished download'],
    ['url old'],
    ['boot file of young', 'url young'],
  ]);
  expect(items.map(({ sha256, sizeBytes }) => [sha256, sizeBytes])).toEqual([
    [undefined, 2],
    [old.sha256, 3],
    [young.sha256, 5],
  ]);
});

it('tells a medium made to a recipe by its suite, and apart from one of another recipe', async () => {
  const recipe = (extra: string) => JSON.stringify({ version: 3, suite: 'trixie', extraPackages: [extra] });
  await make(`debian-offline ${recipe('curl')}`, 'one');
  await make(`debian-offline ${recipe('vim')}`, 'two');
  const uses = (await listCache(folder)).map(({ uses }) => uses.join());
  expect(uses).toEqual(
    uses.map(() => expect.stringMatching(/^debian-offline:trixie \(recipe [0-9a-f]{8}\)$/)),
  );
  expect(new Set(uses).size).toBe(2);
});

it('counts what was asked for as used', async () => {
  await make('url first', 'first');
  await make('url second', 'second');
  await new Promise((resolve) => setTimeout(resolve, 5));
  await openMediaCache(folder).find('url first');
  expect((await listCache(folder)).map(({ uses }) => uses)).toEqual([['url second'], ['url first']]);
});

it.each(['', '{"garbage', 'null'])('goes on past a record that a power cut left as %j', async (record) => {
  await make('url x', 'x');
  const index = join(folder, 'media', 'index');
  for (const name of await readdir(index)) await writeFile(join(index, name), record);
  const items = await listCache(folder);
  expect(items).toMatchObject([{ sizeBytes: 1, uses: [] }]);
  expect(await findDamaged(items)).toEqual([]);
  expect(await openMediaCache(folder).find('url x')).toBeUndefined();
  expect((await make('url x', 'x')).size).toBe(1);
});

it('lists and removes the packages that a medium was made of', async () => {
  const packages = await openMediaCache(folder).folder('debian/trixie');
  await mkdir(join(packages, 'debs'));
  await writeFile(join(packages, 'debs', 'a.deb'), '12345');
  const [item] = await listCache(folder);
  expect(item).toMatchObject({ path: packages, sizeBytes: 5, uses: ['packages for debian-offline:trixie'] });
  expect(item?.sha256).toBeUndefined();
  await Promise.all((await listCache(folder)).map(removeItem));
  expect(await listCache(folder)).toEqual([]);
});

it('waits with removing packages for the run that works with them', async () => {
  const packages = await openMediaCache(folder).folder('debian/trixie');
  const deb = join(packages, 'a.deb');
  const order: string[] = [];
  let removing: Promise<unknown> = Promise.resolve();
  await withLock(packageLock(packages), async () => {
    await writeFile(deb, '1');
    removing = Promise.all((await listCache(folder)).map(removeItem)).then(() => order.push('removed'));
    expect(await readFile(deb, 'utf8')).toBe('1');
    order.push('worked');
  });
  await removing;
  expect(order).toEqual(['worked', 'removed']);
  expect(await listCache(folder)).toEqual([]);
});

it('lists what a killed run left of its own, and not what a live one works in', async () => {
  const root = await openMediaCache(folder).folder('debian');
  await newOwnFolder(root, 'tree-');
  const boot = '00000000-0000-4000-8000-000000000000';
  await mkdir(join(root, `tree-1-1-${boot}-abcdef`));
  expect(await listCache(folder)).toMatchObject([{ uses: ['left by an interrupted run'] }]);
});

it('finds what is damaged; removed, it is made anew', async () => {
  const file = await make('url x', 'x');
  await make('url y', 'y');
  await chmod(file.path, 0o644);
  await writeFile(file.path, 'X');
  const damaged = await findDamaged(await listCache(folder));
  expect(damaged.map(({ uses }) => uses)).toEqual([['url x']]);
  await Promise.all(damaged.map(removeItem));
  expect(await openMediaCache(folder).find('url x')).toBeUndefined();
  expect(await openMediaCache(folder).find('url y')).toBeDefined();
});

it('chooses what to remove by age and size, and spares what builds use', async () => {
  const at = (name: string, sizeBytes: number, time: number) => ({
    path: name,
    isFolder: false,
    sizeBytes,
    lastUsed: new Date(time),
    uses: [],
  });
  const items = [at('a', 10, 1), at('b', 20, 2), at('c', 30, 3)];
  const paths = (max: number, keep?: Date) => surplusOf(items, max, keep).map(({ path }) => path);
  expect(paths(60)).toEqual([]);
  expect(paths(50)).toEqual(['a']);
  expect(paths(0)).toEqual(['a', 'b', 'c']);
  expect(paths(0, new Date(3))).toEqual(['a', 'b']);
});

it('is empty where there is none', async () => {
  expect(await listCache(join(folder, 'none'))).toEqual([]);
});
