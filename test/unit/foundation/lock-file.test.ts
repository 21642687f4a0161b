import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, withLock } from '../../../src/foundation/lock-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-lock-'));
  path = join(folder, 'below', 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('withLock', () => {
  it('lets one after the other in and leaves nothing behind', async () => {
    let inside = 0;
    let most = 0;
    const work = (): Promise<void> =>
      withLock(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(most).toBe(1);
    expect(await readdir(join(folder, 'below'))).toEqual([]);
  });

  it('gives the lock back when the work fails', async () => {
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(withLock(path, async () => 'in')).resolves.toBe('in');
  });
});

describe('acquireLock', () => {
  it('takes over from a process that is gone', async () => {
    const { pid } = spawnSync('true');
    await withLock(path, async () => {});
    await writeFile(path, JSON.stringify({ pid, startedAt: '1', token: 'x' }));
    const release = await acquireLock(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await release();
  });

  it('takes over from a process whose pid now belongs to another', async () => {
    await withLock(path, async () => {});
    await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: '1', token: 'x' }));
    await (await acquireLock(path))();
  });

  it('takes over a lock file that was cut short', async () => {
    await withLock(path, async () => {});
    await writeFile(path, '{"pid":');
    await (await acquireLock(path))();
  });

  it('tells who holds the lock, and stops waiting when told to', async () => {
    const release = await acquireLock(path);
    const stop = new AbortController();
    const holders: number[] = [];
    const waiting = acquireLock(path, {
      signal: stop.signal,
      onWait: (pid) => {
        holders.push(pid);
        stop.abort();
      },
    });
    await expect(waiting).rejects.toThrow();
    expect(holders).toEqual([process.pid]);
    await release();
  });

  it('does not remove the lock of somebody who took it over', async () => {
    const release = await acquireLock(path);
    await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: '', token: 'other' }));
    await release();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ token: 'other' });
  });
});
