import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FirmwareDescriptor, parseFirmwareDescriptor } from './firmware-descriptor.ts';
import type { UefiFirmware } from './host-facts.ts';

/** Later folders give way to earlier ones, file name by file name (docs/interop/firmware.json of QEMU). */
const DESCRIPTOR_FOLDERS = [
  '/etc/qemu/firmware',
  '/usr/local/share/qemu/firmware',
  '/usr/share/qemu/firmware',
];

/** Where distributions put it, for hosts without descriptors: code, variable store. */
const WELL_KNOWN = [
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
  ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
  ['/usr/share/qemu/ovmf-x86_64-4m-code.bin', '/usr/share/qemu/ovmf-x86_64-4m-vars.bin'],
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
] as const;

/** Variable stores of 4 MiB builds are larger than 512 KiB; the older 2 MiB builds are too small for today's keys. */
const LARGE_CODE_BYTES = 3 * 2 ** 20;

/**
 * UEFI firmware for x86_64 q35 guests: without Secure Boot before with it, no enrolled keys before some, 4 MiB builds
 * before 2 MiB ones, then by the number the distribution gave the descriptor.
 */
export async function findUefiFirmware(
  folders: readonly string[] = DESCRIPTOR_FOLDERS,
  wellKnown: readonly (readonly [string, string])[] = WELL_KNOWN,
): Promise<UefiFirmware | undefined> {
  const described = await readDescriptors(folders);
  const known = wellKnown.map(([code, varsTemplate]) => ({
    code,
    varsTemplate,
    secureBoot: false,
    enrolledKeys: false,
  }));
  const sized = await Promise.all([...described, ...known].map(withSize));
  const candidates = sized.filter((candidate) => candidate !== undefined);
  const best = candidates.toSorted((a, b) => penalty(a) - penalty(b))[0];
  return best && { code: best.code, varsTemplate: best.varsTemplate, secureBoot: best.secureBoot };
}

type Candidate = FirmwareDescriptor & { readonly codeBytes: number };

function penalty({ secureBoot, enrolledKeys, codeBytes }: Candidate): number {
  return (secureBoot ? 4 : 0) + (enrolledKeys ? 2 : 0) + (codeBytes < LARGE_CODE_BYTES ? 1 : 0);
}

async function withSize(descriptor: FirmwareDescriptor): Promise<Candidate | undefined> {
  const sizes = await Promise.all([descriptor.code, descriptor.varsTemplate].map(fileSize));
  const [codeBytes, varsBytes] = sizes;
  return codeBytes === undefined || varsBytes === undefined ? undefined : { ...descriptor, codeBytes };
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    // A descriptor may outlive its firmware.
    return undefined;
  }
}

async function readDescriptors(folders: readonly string[]): Promise<readonly FirmwareDescriptor[]> {
  const listed = await Promise.all(folders.map(jsonFilesIn));
  const byName = new Map<string, string>();
  for (const path of listed.flat()) if (!byName.has(basename(path))) byName.set(basename(path), path);
  const names = [...byName.keys()].toSorted();
  const texts = await Promise.all(
    names.map((name) => readFile(byName.get(name) ?? '', 'utf8').catch(() => '')),
  );
  // An empty file of an earlier folder switches off its namesake.
  return texts.map(parseFirmwareDescriptor).filter((descriptor) => descriptor !== undefined);
}

async function jsonFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
}
