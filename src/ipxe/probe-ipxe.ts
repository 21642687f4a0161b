import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IsolinuxFiles } from '../boot-image/isolinux-files.ts';
import { digestFile } from '../foundation/digest-file.ts';
import { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { probeCacheIn } from '../foundation/probe-cache.ts';
import {
  type IpxeCapabilities,
  isCapabilities,
  PROBE_END,
  PROBE_SCRIPT,
  parseProbe,
} from './capabilities.ts';
import type { BootFirmware, IpxePrograms } from './ipxe-programs.ts';
import { type IpxeHost, runIpxe } from './run-ipxe.ts';
import { writeIpxeIso } from './write-ipxe-iso.ts';

export type ProbeOptions = {
  readonly programs: IpxePrograms;
  readonly isolinux: IsolinuxFiles | undefined;
  readonly host: IpxeHost;
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

/** SeaBIOS and iPXE take 4 s on an idle core without KVM, OVMF 20 s. */
const DEADLINE_MS = { bios: 60_000, uefi: 180_000 } as const;

/**
 * Asks an iPXE program which commands it has, once: the answer is kept under the program's checksum.
 * @throws HostError `ipxe.no-answer`, `ipxe.not-installed`, `ipxe.no-uefi-script`
 */
export async function probeIpxe(firmware: BootFirmware, options: ProbeOptions): Promise<IpxeCapabilities> {
  const { programs, cacheDir, logger = silentLogger } = options;
  const program = firmware === 'bios' ? programs.lkrn : programs.efi;
  const cache = probeCacheIn(cacheDir, logger);
  const key = program === undefined ? '' : `${await digestFile(program, 'sha256')} ${PROBE_SCRIPT}`;
  const name = `ipxe-${firmware}-${key.slice(0, 16)}`;
  const known = await cache.read(name, key);
  if (isCapabilities(known)) return known;
  const found = await ask(firmware, options);
  await cache.write(name, key, found);
  return found;
}

async function ask(firmware: BootFirmware, options: ProbeOptions): Promise<IpxeCapabilities> {
  const { programs, isolinux, host, logger, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kiln-ipxe-probe-'));
  const context = { ...(logger ? { logger } : {}), ...(signal ? { signal } : {}) };
  try {
    const iso = join(folder, 'probe.iso');
    await writeIpxeIso(
      { programs, isolinux, firmware: [firmware], scripts: { [firmware]: PROBE_SCRIPT } },
      iso,
      context,
    );
    const deadlineMs = DEADLINE_MS[firmware];
    const until = (line: string): boolean => line === PROBE_END;
    const { lines } = await runIpxe({ ...context, host, iso, firmware, network: 'none', deadlineMs, until });
    const answer = parseProbe(lines);
    if (answer !== undefined) return answer;
    throw new HostError(
      'ipxe.no-answer',
      `iPXE (${firmware}) did not say what it can do within ${deadlineMs / 1000} s. Its last words: ${lines.at(-1) ?? 'none'}.`,
      { details: { console: lines.slice(-15) } },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
