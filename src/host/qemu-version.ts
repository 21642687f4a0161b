import { HostError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { fileIdentity } from './file-identity.ts';
import { probeCacheIn } from './probe-cache.ts';

/** `7.2.22` of "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)". */
export function parseQemuVersion(text: string): string | undefined {
  return /version (\d+(?:\.\d+)+)/.exec(text)?.[1];
}

export type VersionProbe = {
  readonly emulator: string;
  readonly cacheDir: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
};

/**
 * The emulator's version, remembered until the file changes: asking it takes longer than everything else we ask.
 * @throws HostError `host.qemu-broken`
 */
export async function qemuVersion({ emulator, cacheDir, logger, signal }: VersionProbe): Promise<string> {
  const cache = probeCacheIn(cacheDir, logger);
  const key = await fileIdentity(emulator);
  const remembered = await cache.read('qemu-version', key);
  if (typeof remembered === 'string') return remembered;
  const version = await askVersion(emulator, signal ? { logger, signal } : { logger });
  await cache.write('qemu-version', key, version);
  return version;
}

async function askVersion(
  emulator: string,
  options: { readonly logger: Logger; readonly signal?: AbortSignal },
): Promise<string> {
  const fix = 'Reinstall the package it comes from.';
  try {
    const { stdout } = await runCommand(emulator, ['--version'], { timeoutMs: 20_000, ...options });
    const version = parseQemuVersion(stdout);
    if (version) return version;
    throw new HostError('host.qemu-broken', `${emulator} does not tell its version. ${fix}`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new HostError('host.qemu-broken', `${emulator} does not run: ${error.message}. ${fix}`, {
      cause: error,
    });
  }
}
