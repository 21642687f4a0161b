import { HostError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { probeCacheIn } from '../foundation/probe-cache.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { fileIdentity } from './file-identity.ts';

/** `7.2.22` of "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)". */
export function parseQemuVersion(text: string): string | undefined {
  return /version (\d+(?:\.\d+)+)/.exec(text)?.[1];
}

export type VersionProbe = {
  readonly emulator: string;
  readonly cacheDir: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** How long the emulator may take to answer. */
  readonly limitMs?: number;
};

/** Generous: the first start after the machine's own reads the program from a slow disk. */
const LIMIT_MS = 20_000;

/**
 * The emulator's version, remembered until the file changes: asking it takes longer than everything else we ask.
 * @throws HostError `host.qemu-broken`
 */
export async function qemuVersion(probe: VersionProbe): Promise<string> {
  const { emulator, cacheDir, logger } = probe;
  const cache = probeCacheIn(cacheDir, logger);
  const key = await fileIdentity(emulator);
  const remembered = await cache.read('qemu-version', key);
  if (typeof remembered === 'string') return remembered;
  const version = await askVersion(probe);
  await cache.write('qemu-version', key, version);
  return version;
}

async function askVersion({ emulator, logger, signal, limitMs = LIMIT_MS }: VersionProbe): Promise<string> {
  const broken = (what: string, cause?: unknown): HostError =>
    new HostError(
      'host.qemu-broken',
      `${emulator} ${what}. Reinstall the package it comes from.`,
      cause === undefined ? {} : { cause },
    );
  const options = { timeoutMs: limitMs, logger, ...(signal ? { signal } : {}) };
  try {
    const { stdout } = await runCommand(emulator, ['--version'], options);
    const version = parseQemuVersion(stdout);
    if (version) return version;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.timedOut) throw broken(`does not answer --version within ${limitMs / 1000} s`, error);
    throw broken(`does not run: ${error.message}`, error);
  }
  throw broken('does not tell its version');
}
