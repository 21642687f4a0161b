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
