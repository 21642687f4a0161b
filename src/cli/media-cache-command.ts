import { existsSync } from 'node:fs';
import { EXIT_CODES } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize, parseSize } from '../foundation/size.ts';
import { type CacheUser, cacheUsers, withCacheUsers } from '../media/cache-lease.ts';
import { type CacheItem, findDamaged, listCache, removeItem, surplusOf } from '../media/cache-upkeep.ts';
import type { CliIo } from './cli-io.ts';
import { listenForInterruption } from './interruption.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';
import { textTable } from './text-table.ts';

export type CacheOptions = { readonly json?: boolean };
export type PruneOptions = CacheOptions & { readonly maxSize: string; readonly dryRun?: boolean };

/** `kiln media cache ls`. */
export async function runListCache(options: CacheOptions, io: CliIo): Promise<void> {
  const items = await listCache(placesFrom(io.env).cache);
  if (options.json) io.out.write(`${safeJson(items, 2)}\n`);
  else io.out.write(itemsText(items, io));
}

/**
 * `kiln media cache verify`: reads everything, removes what is damaged.
 * @returns the exit code: 4 when something was
 */
export async function runVerifyCache(options: CacheOptions, io: CliIo): Promise<number> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    const items = await listCache(placesFrom(io.env).cache);
    const damaged = await findDamaged(items, interruption.signal);
    await Promise.all(damaged.map(removeItem));
    const files = items.filter(({ sha256 }) => sha256 !== undefined).length;
    if (options.json) io.out.write(`${safeJson({ files, damaged }, 2)}\n`);
    else {
      const lines = damaged.map(
        (one) => `damaged and removed: ${one.path} (${one.uses.join(', ') || 'of no use'})`,
      );
      const end = damaged.length === 0 ? 'all as they should be' : `${damaged.length} damaged`;
      io.out.write(`${[...lines.map(safeLine), `${files} files, ${end}.`].join('\n')}\n`);
    }
    return damaged.length === 0 ? 0 : EXIT_CODES.media;
  } finally {
    interruption.end();
  }
}

/** `kiln media cache prune --max-size SIZE`. What somebody may use stays. */
export async function runPruneCache(options: PruneOptions, io: CliIo): Promise<void> {
  const maxSize = parseSize(options.maxSize);
  const { cache } = placesFrom(io.env);
  const prune = async (users: readonly CacheUser[]) => {
    const items = await listCache(cache);
    const surplus = surplusOf(items, maxSize, users[0]?.since);
    if (!options.dryRun) await Promise.all(surplus.map(removeItem));
    return { items, surplus, users };
  };
  const isWork = options.dryRun !== true && existsSync(cache);
  const pruned = isWork ? await withCacheUsers(cache, prune) : await prune(await cacheUsers(cache));
  const { items, surplus, users } = pruned;
  const sum = (all: readonly CacheItem[]): number =>
    all.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const left = sum(items) - sum(surplus);
  if (options.json) io.out.write(`${safeJson({ removed: surplus, leftBytes: left }, 2)}\n`);
  else {
    const what = options.dryRun ? 'would be removed' : 'removed';
    const names = users.map(({ name, pid }) => `${name} (process ${pid})`).join(', ');
    const kept = left > maxSize ? `; the rest may be in use by ${safeLine(names)}` : '';
    io.out.write(
      `${surplus.length} ${surplus.length === 1 ? 'item' : 'items'} of ${formatSize(sum(surplus))} ${what}, ${formatSize(left)} left${kept}.\n`,
    );
  }
}

function itemsText(items: readonly CacheItem[], io: CliIo): string {
  if (items.length === 0) return 'The cache is empty.\n';
  const rows = items.map((one) => [
    one.sha256?.slice(0, 12) ?? '-',
    formatSize(one.sizeBytes),
    one.lastUsed.toISOString().replace(/\.\d+Z$/, 'Z'),
    safeLine(one.uses.join(', ')) || '-',
  ]);
  const [header = '', ...lines] = textTable(['SHA-256', 'SIZE', 'LAST USED', 'WHAT'], rows);
  const total = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `${[styleFor(io.out).bold(header), ...lines, `${formatSize(total)} in all`].join('\n')}\n`;
}
