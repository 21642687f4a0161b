import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../foundation/digest-file.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { listPackageFolders, removePackageFolder } from './package-folders.ts';

/** A file of the cache, or a folder of packages that install media are made of. */
export type CacheItem = {
  readonly path: string;
  readonly isFolder: boolean;
  /** The name it has, which is what its content must be; undefined for an unfinished download and for a folder. */
  readonly sha256?: string;
  readonly sizeBytes: number;
  /** When a build or command last asked for it. */
  readonly lastUsed: Date;
  /** What it is: `url https://…`, `boot file …`. Several when the same content is known under several names. */
  readonly uses: readonly string[];
};

type IndexFile = { readonly key: string; readonly sha256: string; readonly used: Date };

/** Keys of the cache's own records, which say nothing to a reader. */
const OWN_KEYS = /^(object|file) /;

/** Everything that takes space, the longest unused first. */
export async function listCache(cacheDir: string): Promise<readonly CacheItem[]> {
  const root = join(cacheDir, 'media');
  const index = await readIndex(join(root, 'index'));
  const objects = (await namesIn(join(root, 'objects'))).map((name) =>
    objectItem(join(root, 'objects'), name, index),
  );
  const partial = (await namesIn(join(root, 'partial')))
    .filter((name) => !/\.(lock|json)(\.|$)/.test(name))
    .map((name) => item(join(root, 'partial', name), ['unfinished download']));
  const files = (await Promise.all([...objects, ...partial])).filter((one) => one !== undefined);
  const folders = (await listPackageFolders(root)).map((folder) => ({ ...folder, isFolder: true }));
  return [...files, ...folders].sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
}

/** Files whose content is not what their name says. */
export async function findDamaged(
  items: readonly CacheItem[],
  signal?: AbortSignal,
): Promise<readonly CacheItem[]> {
  const damaged: CacheItem[] = [];
  for (const one of items) {
    if (one.sha256 === undefined) continue;
    if ((await digestFile(one.path, 'sha256', signal)) !== one.sha256) damaged.push(one);
  }
  return damaged;
}

/** A damaged or surplus item; what a running guest has open stays readable to it. */
export async function removeItem({ path, isFolder }: CacheItem): Promise<void> {
  await (isFolder ? removePackageFolder(path) : rm(path, { force: true }));
}

/**
 * What to remove so that the rest takes at most `maxSize` bytes: the longest unused first, none that was used since `keepSince`, from
 * which on somebody may use it.
 */
export function surplusOf(
  items: readonly CacheItem[],
  maxSize: number,
  keepSince = new Date(8.64e15),
): readonly CacheItem[] {
  let total = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const surplus: CacheItem[] = [];
  for (const one of items) {
    if (total <= maxSize) break;
    if (one.lastUsed >= keepSince) continue;
    surplus.push(one);
    total -= one.sizeBytes;
  }
  return surplus;
}

async function objectItem(
  folder: string,
  name: string,
  index: readonly IndexFile[],
): Promise<CacheItem | undefined> {
  const path = join(folder, name);
  if (!/^[0-9a-f]{64}$/.test(name)) return item(path, ['left by an interrupted run']);
  const entries = index.filter(({ sha256 }) => sha256 === name);
  const uses = entries.filter(({ key }) => !OWN_KEYS.test(key)).map(({ key }) => useOf(key));
  const found = await item(path, uses.sort());
  if (found === undefined) return undefined;
  const used = entries.map((entry) => entry.used.getTime());
  return { ...found, sha256: name, lastUsed: new Date(Math.max(found.lastUsed.getTime(), ...used)) };
}

/** A key that ends in a recipe says what it is without it; the recipe's suite stands for the rest. */
function useOf(key: string): string {
  const [all, what, recipe] = /^([^{]+) (\{.*\})$/s.exec(key) ?? [];
  if (all === undefined || recipe === undefined) return key;
  const suite = /"suite":"([\w.-]+)"/.exec(recipe)?.[1];
  return suite === undefined
    ? `${what}`
    : `${what}:${suite} (recipe ${createHash('sha256').update(recipe).digest('hex').slice(0, 8)})`;
}

async function item(path: string, uses: readonly string[]): Promise<CacheItem | undefined> {
  const found = await stat(path).catch(ifMissing(undefined));
  return found && { path, isFolder: false, sizeBytes: found.size, lastUsed: found.mtime, uses };
}

async function readIndex(folder: string): Promise<readonly IndexFile[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'));
  const files = await Promise.all(
    names.map(async (name): Promise<IndexFile | undefined> => {
      const path = join(folder, name);
      const [text, found] = await Promise.all([
        readFile(path, 'utf8').catch(ifMissing(undefined)),
        stat(path).catch(ifMissing(undefined)),
      ]);
      if (text === undefined || found === undefined) return undefined;
      const { key, sha256 } = parseIndex(text);
      return typeof key === 'string' && typeof sha256 === 'string'
        ? { key, sha256, used: found.mtime }
        : undefined;
    }),
  );
  return files.filter((file) => file !== undefined);
}

/** One that a power cut or a full disk left half is no entry; its object is listed all the same, and the next fetch writes it anew. */
function parseIndex(text: string): Partial<IndexFile> {
  try {
    return (JSON.parse(text) as Partial<IndexFile> | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(ifMissing([]));
}
