import { access } from 'node:fs/promises';
import { HostError } from '../foundation/errors.ts';

/** ISOLINUX, which starts what is on a CD or a stick on BIOS. */
export type IsolinuxFiles = {
  readonly binary: string;
  readonly library: string;
  /** Master boot record for a stick. */
  readonly hybridMbr: string;
};

/** Debian, Fedora and SUSE, Arch: the places host-packages/packages.txt looks at. */
const PLACES: readonly IsolinuxFiles[] = [
  {
    binary: '/usr/lib/ISOLINUX/isolinux.bin',
    library: '/usr/lib/syslinux/modules/bios/ldlinux.c32',
    hybridMbr: '/usr/lib/ISOLINUX/isohdpfx.bin',
  },
  ...['/usr/share/syslinux', '/usr/lib/syslinux/bios'].map((folder) => ({
    binary: `${folder}/isolinux.bin`,
    library: `${folder}/ldlinux.c32`,
    hybridMbr: `${folder}/isohdpfx.bin`,
  })),
];

/** @throws HostError `host.tool-missing` */
export async function findIsolinux(): Promise<IsolinuxFiles> {
  for (const place of PLACES) {
    const found = await Promise.all(Object.values(place).map(exists));
    if (found.every(Boolean)) return place;
  }
  throw new HostError(
    'host.tool-missing',
    'ISOLINUX is not installed; it starts media on BIOS machines. Install it (Debian: packages isolinux and syslinux-common; Fedora, ' +
      'Arch: syslinux).',
  );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
