import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';
import { withLock } from '../foundation/lock-file.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { newOwnFolder, ownFolders } from '../foundation/own-folder.ts';
import { isAlive } from '../foundation/process-identity.ts';

/** A live process that may read what is in the cache, whichever state folder knows of it. */
export type CacheUser = {
  /** `build 4f0c2a91`, `kiln media fetch`. */
  readonly name: string;
  readonly pid: number;
  /** What was asked for from here on is in use. */
  readonly since: Date;
};

export type LeaseOptions = {
  /** Earlier than now for a build that goes on with what another process began. */
  readonly since?: Date;
  /** Ends the wait for a clean-up that is at work. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

const leasesIn = (cacheDir: string): string => join(cacheDir, 'media', 'leases');

/** Beside `media`, which clean-up removes while it holds the lock. */
const lockOf = (cacheDir: string): string => join(cacheDir, 'media.lock');

/**
 * Does `work` while a folder in the cache says that the process uses it, so that nothing it may read is cleaned up. One of a process that
 * is gone says nothing any more. Where none can be made (a cache of somebody else's, a full disk), the logger is told and the work done.
 */
export async function withCacheLease<T>(
  cacheDir: string,
  name: string,
  work: () => Promise<T>,
  options: LeaseOptions = {},
): Promise<T> {
  const lease = await leaseCache(cacheDir, name, options);
  try {
    return await work();
  } finally {
    if (lease !== undefined) await rm(lease, { recursive: true, force: true });
  }
}

async function leaseCache(
  cacheDir: string,
  name: string,
  { since, signal, logger = silentLogger }: LeaseOptions,
): Promise<string | undefined> {
  const take = async (): Promise<string> => {
    await makeFolder(leasesIn(cacheDir));
    const lease = await newOwnFolder(leasesIn(cacheDir), `${name}.`);
    if (since !== undefined) await utimes(lease, since, since);
    return lease;
  };
  try {
    return await withLock(lockOf(cacheDir), take, signal === undefined ? {} : { signal });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno === undefined) throw error;
    logger.warn(`Nothing tells others that ${cacheDir} is in use: ${(error as Error).message}`);
    return undefined;
  }
}

/** Does `work` with those who use the cache; nobody begins to meanwhile. The folder is created. */
export function withCacheUsers<T>(
  cacheDir: string,
  work: (users: readonly CacheUser[]) => Promise<T>,
): Promise<T> {
  return withLock(lockOf(cacheDir), async () => work(await cacheUsers(cacheDir)));
}

/** Those who use the cache at this moment, the longest one first. */
export async function cacheUsers(cacheDir: string): Promise<readonly CacheUser[]> {
  const live = (await ownFolders(leasesIn(cacheDir))).filter(({ owner }) => isAlive(owner));
  const users = await Promise.all(
    live.map(async ({ path, prefix, owner }): Promise<CacheUser | undefined> => {
      const found = await stat(path).catch(ifMissing(undefined));
      return found && { name: prefix.slice(0, -1), pid: owner.pid, since: found.mtime };
    }),
  );
  return users
    .filter((user) => user !== undefined)
    .sort((one, other) => one.since.getTime() - other.since.getTime());
}
