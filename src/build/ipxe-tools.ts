import { findIsolinux, type IsolinuxFiles } from '../boot-image/isolinux-files.ts';
import type { Logger } from '../foundation/logger.ts';
import type { IpxeCapabilities } from '../ipxe/capabilities.ts';
import {
  type BootFirmware,
  findIpxePrograms,
  type IpxePrograms,
  programsIn,
  requirePrograms,
} from '../ipxe/ipxe-programs.ts';
import { probeIpxe } from '../ipxe/probe-ipxe.ts';
import type { IpxeHost } from '../ipxe/run-ipxe.ts';
import { debianIpxeEfi } from '../media/debian-ipxe.ts';

/** The iPXE of this host, found, fetched where needed, and asked. */
export type IpxeTools = {
  readonly programs: IpxePrograms;
  readonly isolinux: IsolinuxFiles | undefined;
  readonly capabilities: Readonly<Partial<Record<BootFirmware, IpxeCapabilities>>>;
};

export type IpxeToolsOptions = {
  readonly firmware: readonly BootFirmware[];
  readonly host: IpxeHost;
  readonly cacheDir: string;
  /** A folder with the user's own programs; then no other is looked at. */
  readonly folder?: string;
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

/**
 * @throws SpecError `ipxe.no-program`; HostError `ipxe.not-installed`, `ipxe.no-answer`, `host.tool-missing`; MediaError `media.offline`,
 * `media.unavailable`
 */
export async function ipxeTools(options: IpxeToolsOptions): Promise<IpxeTools> {
  const { firmware, folder } = options;
  const programs = folder === undefined ? await hostPrograms(options) : await programsIn(folder, firmware);
  const isolinux = firmware.includes('bios') ? await findIsolinux() : undefined;
  const asked = await Promise.all(
    firmware.map(async (one) => [one, await probeIpxe(one, { ...options, programs, isolinux })] as const),
  );
  return { programs, isolinux, capabilities: Object.fromEntries(asked) };
}

async function hostPrograms(options: IpxeToolsOptions): Promise<IpxePrograms> {
  const { firmware } = options;
  const here = await findIpxePrograms();
  const lacksEfi = firmware.includes('uefi') && here.efi === undefined;
  requirePrograms(here, lacksEfi ? firmware.filter((one) => one !== 'uefi') : firmware);
  return lacksEfi ? { ...here, efi: await debianIpxeEfi(options) } : here;
}
