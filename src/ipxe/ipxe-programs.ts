import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, SpecError } from '../foundation/errors.ts';

/** One iPXE, as a distribution's package or the user's own build brings it. */
export type IpxePrograms = {
  /** Boots from ISOLINUX on BIOS; its first initrd is its script. */
  readonly lkrn?: string;
  /** UEFI application for x86_64 that runs `autoexec.ipxe` beside it. */
  readonly efi?: string;
};

export type BootFirmware = 'bios' | 'uefi';

/** Where packages put them: Debian, Fedora, Arch. */
export const IPXE_FOLDERS = ['/usr/lib/ipxe', '/usr/share/ipxe', '/usr/share/ipxe/x86_64'] as const;

const LKRN_NAMES = ['ipxe.lkrn', 'bin/ipxe.lkrn'];
const EFI_NAMES = [
  'ipxe-amd64.efi',
  'ipxe-x86_64.efi',
  'ipxe.efi',
  'x86_64/ipxe.efi',
  'bin-x86_64-efi/ipxe.efi',
];

/**
 * The name it looks for, in the program: iPXE of before 2021 (Debian 12's among them) has no way at all to be given a script under UEFI,
 * so such a program is of no use there.
 */
const AUTOEXEC = 'autoexec.ipxe';

/** The programs of the first folder that has each; nothing when none has any. */
export async function findIpxePrograms(folders: readonly string[] = IPXE_FOLDERS): Promise<IpxePrograms> {
  const lkrn = await firstFile(folders, LKRN_NAMES, () => true);
  const efi = await firstFile(folders, EFI_NAMES, (content) => content.includes(AUTOEXEC));
  return { ...(lkrn === undefined ? {} : { lkrn }), ...(efi === undefined ? {} : { efi }) };
}

async function firstFile(
  folders: readonly string[],
  names: readonly string[],
  fits: (content: Buffer) => boolean,
): Promise<string | undefined> {
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      const content = await readFile(path).catch(() => undefined);
      if (content !== undefined && fits(content)) return path;
    }
  }
  return undefined;
}

/**
 * For a folder that the user named, beside which nothing else is looked at.
 * @throws SpecError `ipxe.no-program` that names what is missing
 */
export async function programsIn(folder: string, wanted: readonly BootFirmware[]): Promise<IpxePrograms> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw noProgram(folder, `${folder} ${found === undefined ? 'does not exist' : 'is no folder'}`);
  const programs = await findIpxePrograms([folder]);
  const lacks = wanted.filter((one) => programs[PROGRAM_OF[one]] === undefined);
  if (lacks.length === 0) return programs;
  const names = { bios: `BIOS (${LKRN_NAMES.join(' or ')})`, uefi: uefiNames() };
  const other =
    wanted.length > 1 && lacks.length === 1 ? wanted.find((one) => !lacks.includes(one)) : undefined;
  const advice = other === undefined ? '' : `, or ask for --firmware ${other} alone`;
  const missing = lacks.map((one) => names[one]).join(' and none for ');
  throw noProgram(folder, `${folder} has no iPXE for ${missing}${advice}`);
}

const PROGRAM_OF = { bios: 'lkrn', uefi: 'efi' } as const satisfies Record<BootFirmware, keyof IpxePrograms>;

const uefiNames = (): string => `UEFI (${EFI_NAMES.join(', ')}; of 2021 or later, one that runs ${AUTOEXEC})`;

function noProgram(folder: string, problem: string): SpecError {
  return new SpecError('ipxe.no-program', `--ipxe-dir: ${problem}.`, { details: { folder } });
}

/** @throws HostError `ipxe.not-installed`, `ipxe.no-uefi-script` when a wanted one is missing */
export function requirePrograms(programs: IpxePrograms, wanted: readonly BootFirmware[]): void {
  if (wanted.includes('bios') && programs.lkrn === undefined) {
    throw new HostError(
      'ipxe.not-installed',
      'iPXE is not installed: there is no ipxe.lkrn. Install it (Debian: package ipxe, Fedora: ipxe-bootimgs-x86) or name a ' +
        'folder that has it with --ipxe-dir.',
    );
  }
  if (wanted.includes('uefi') && programs.efi === undefined) {
    throw new HostError(
      'ipxe.no-uefi-script',
      `No iPXE for UEFI that runs ${AUTOEXEC} is here; the one of Debian 12 cannot be given a script. Let Kiln fetch Debian 13's ` +
        'package (without --offline), name a folder with a newer ipxe.efi with --ipxe-dir, or ask for --firmware bios alone.',
    );
  }
}
