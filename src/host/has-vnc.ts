import { probeCacheIn } from '../foundation/probe-cache.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { fileIdentity } from './file-identity.ts';
import type { VersionProbe } from './qemu-version.ts';

const LIMIT_MS = 20_000;

/**
 * Whether the emulator was built with its VNC server, remembered until the file changes. One without takes `-vnc none` alone and ends at any
 * other address (ui/vnc-stubs.c); options are read in order, so `-version` ends one that has it before anything is opened. Of an emulator
 * that does not answer nothing is held against it here: `qemuVersion` says so.
 */
export async function hasVnc(probe: VersionProbe): Promise<boolean> {
  const { emulator, cacheDir, logger, signal, limitMs = LIMIT_MS } = probe;
  const cache = probeCacheIn(cacheDir, logger);
  const key = await fileIdentity(emulator);
  const remembered = await cache.read('qemu-vnc', key);
  if (typeof remembered === 'boolean') return remembered;
  const options = { timeoutMs: limitMs, logger, ...(signal ? { signal } : {}) };
  try {
    await runCommand(emulator, ['-vnc', 'unix:never-opened', '-version'], options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.timedOut || error.exitCode === undefined) return true;
    await cache.write('qemu-vnc', key, false);
    return false;
  }
  await cache.write('qemu-vnc', key, true);
  return true;
}
