import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError, runCommand } from '../../../src/process/run-command.ts';

/** A file system of 3 MiB at the folder, and the way to take it off; `undefined` where this user may not mount. */
export async function mountSmall(folder: string): Promise<(() => Promise<void>) | undefined> {
  try {
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'kiln-test', folder]);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
  return async () => {
    await runCommand('umount', [folder]);
  };
}

/** Fills the small file system, so that not a byte more goes into it. */
export function fillUp(folder: string, name = 'ballast'): void {
  try {
    writeFileSync(join(folder, name), Buffer.alloc(4 * 2 ** 20));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
    throw error;
  }
  throw new Error(`${folder} is not a small file system`);
}

export async function mayMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-mount-'));
  try {
    const unmount = await mountSmall(folder);
    await unmount?.();
    return unmount !== undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}
