import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../foundation/errors.ts';
import { declareIn, openNativeLibrary } from './native.ts';

/** LOCK_SH, LOCK_EX, LOCK_NB of flock(2). */
const SHARED = 1;
const EXCLUSIVE = 2;
const NO_WAIT = 4;

const RETRY_MS = 10;
const PATIENCE_MS = 60_000;

/**
 * An advisory lock on a file (flock(2)), among processes and within one. The kernel gives it back when its process
 * dies, however it dies, so there is no such thing as a stale one.
 */
export class FileLock {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** undefined when another holder is in the way. */
  static tryAcquire(path: string, mode: 'shared' | 'exclusive'): FileLock | undefined {
    const descriptor = openSync(path, 'a', 0o600);
    const lock = new FileLock(descriptor);
    // A holder before us may have removed the file while we were opening it; then we hold a lock on nothing.
    if (lock.#flock(mode) && isSameFile(descriptor, path)) return lock;
    lock.release();
    return undefined;
  }

  /** @throws HostError `host.lock-timeout`; the signal's reason when aborted */
  static async acquire(path: string, signal?: AbortSignal): Promise<FileLock> {
    const deadline = performance.now() + PATIENCE_MS;
    while (true) {
      signal?.throwIfAborted();
      const lock = FileLock.tryAcquire(path, 'exclusive');
      if (lock) return lock;
      if (performance.now() > deadline) {
        const message = `Another Kiln process has held the lock ${path} for a minute. See which with: fuser ${path}`;
        throw new HostError('host.lock-timeout', message, { details: { path } });
      }
      await delay(RETRY_MS);
    }
  }

  /** Turns a shared lock into an exclusive one if nobody else shares it. */
  tryUpgrade(): boolean {
    return this.#flock('exclusive') || !this.#flock('shared');
  }

  release(): void {
    closeSync(this.#descriptor);
  }

  #flock(mode: 'shared' | 'exclusive'): boolean {
    return flock()(this.#descriptor, (mode === 'shared' ? SHARED : EXCLUSIVE) | NO_WAIT) === 0;
  }
}

function isSameFile(descriptor: number, path: string): boolean {
  return fstatSync(descriptor).ino === statSync(path, { throwIfNoEntry: false })?.ino;
}

/** The C library is loaded already, so declaring a function of it is cheap. */
function flock() {
  return declareIn(openNativeLibrary(null))<readonly [number, number], number>(
    'int flock(int fd, int operation)',
  );
}
