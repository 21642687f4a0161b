import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { makeFolder } from './make-folder.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';
import { writeFile } from './write-file.ts';

/** Who holds a lock; the token tells this taking of it from others by the same process. */
type Holder = ProcessIdentity & { readonly token: string };

export type LockOptions = {
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Called once when somebody else holds the lock, with their pid. */
  readonly onWait?: (pid: number) => void;
};

const POLL_MS = 200;

/**
 * Runs `work` while holding the lock file `path`. Waits while another live process holds it; takes it over from one
 * that died. Not re-entrant. The folder is created.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const release = await acquireLock(path, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Takes the lock and returns the function that gives it back. */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const clock = options.clock ?? systemClock;
  const me: Holder = { ...ownIdentity(), token: randomUUID() };
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    // Whoever held the lock may have taken the folder away.
    await makeFolder(dirname(path));
    if (await tryTake(path, me)) return async () => releaseIfMine(path, me);
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      await removeStale(path, holder);
      continue;
    }
    if (!told) options.onWait?.(holder.pid);
    told = true;
    await clock.sleep(POLL_MS, options.signal);
  }
}

/** link(2) is atomic and fails when the name exists, so the lock appears with its whole content or not at all. */
async function tryTake(path: string, me: Holder): Promise<boolean> {
  const mine = `${path}.${me.token}`;
  try {
    await writeFile(mine, JSON.stringify(me));
    await link(mine, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const holder = value as Partial<Holder>;
    return { pid: Number(holder.pid), startedAt: String(holder.startedAt), token: String(holder.token) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    // Not ours or cut short by a full disk: nobody can hold it.
    if (error instanceof SyntaxError) return { pid: 0, startedAt: '', token: '' };
    throw error;
  }
}

/**
 * Renames the dead holder's file away, then looks whether it is still the one that was judged: another process may have
 * taken over in between, and gets its lock back.
 */
async function removeStale(path: string, judged: Holder): Promise<void> {
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readHolder(aside);
  if (taken !== undefined && taken.token !== judged.token) await link(aside, path).catch(ignoreExisting);
  await rm(aside, { force: true });
}

async function releaseIfMine(path: string, me: Holder): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === me.token) await rm(path, { force: true });
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error;
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
