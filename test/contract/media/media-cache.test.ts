import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MediaCache, openMediaCache } from '../../../src/media/media-cache.ts';

let folder: string;
let cache: MediaCache;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-cache-'));
  cache = openMediaCache(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const writing = (content: string) => async (path: string) => {
  await writeFile(path, content);
  return { of: content };
};

describe('MediaCache', () => {
  it('makes a file once and finds it again, also in another run', async () => {
    let made = 0;
    const make = async (path: string): Promise<Record<string, string>> => {
      made += 1;
      return writing('hello')(path);
    };
    const first = await cache.findOrMake('k', make);
    expect(await openMediaCache(folder).findOrMake('k', make)).toEqual(first);
    expect(made).toBe(1);
    expect(await readFile(first.path, 'utf8')).toBe('hello');
    expect(first).toMatchObject({
      size: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      notes: { of: 'hello' },
    });
  });

  it('makes a file once for two that want it at the same time', async () => {
    let made = 0;
    const make = async (path: string): Promise<undefined> => {
      made += 1;
      await writeFile(path, 'x');
      return undefined;
    };
    await Promise.all([cache.findOrMake('k', make), openMediaCache(folder).findOrMake('k', make)]);
    expect(made).toBe(1);
  });

  it('leaves nothing when the maker fails', async () => {
    const fail = async (path: string): Promise<undefined> => {
      await writeFile(path, 'half');
      throw new Error('broken');
    };
    await expect(cache.findOrMake('k', fail)).rejects.toThrow('broken');
    expect(await cache.find('k')).toBeUndefined();
    expect(await readdir(join(folder, 'media', 'objects'))).toEqual([]);
  });

  it('does not serve a file that was cut short or an index that is damaged', async () => {
    const { path } = await cache.findOrMake('k', writing('hello'));
    await truncate(path, 2);
    expect(await cache.find('k')).toBeUndefined();
    await cache.findOrMake('k', writing('hello'));
    const [name = ''] = await readdir(join(folder, 'media', 'index'));
    await writeFile(join(folder, 'media', 'index', name), '{');
    expect(await cache.find('k')).toBeUndefined();
  });

  it('replaces a file whose content was changed at the same size', async () => {
    const { path } = await cache.findOrMake('k', writing('hello'));
    await writeFile(path, 'jello');
    expect(await cache.find('k')).toBeUndefined();
    await cache.findOrMake('k', writing('hello'));
    expect(await readFile(path, 'utf8')).toBe('hello');
    expect(await cache.find('k')).toBeDefined();
  });

  it('finds a file under two keys, however often it was made', async () => {
    await cache.findOrMake('one', writing('hello'));
    await cache.make('two', writing('hello'));
    expect(await cache.find('one')).toBeDefined();
    expect(await cache.find('two')).toBeDefined();
  });

  it('replaces what is asked to be made again', async () => {
    await cache.findOrMake('k', writing('old'));
    await cache.make('k', writing('new'));
    expect((await cache.find('k'))?.notes).toEqual({ of: 'new' });
  });

  it('remembers the digest of a file until the file changes', async () => {
    const path = join(folder, 'big.iso');
    await writeFile(path, 'one');
    const one = await cache.digestOf(path);
    expect(await cache.digestOf(path)).toBe(one);
    await writeFile(path, 'two');
    // Same length, and even the same modification time: the inode's change time tells.
    await utimes(path, 1, 1);
    expect(await cache.digestOf(path)).not.toBe(one);
  });
});
