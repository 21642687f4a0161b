import { DiskError } from '../foundation/errors.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';
import type { QemuImg } from '../qemu-img/qemu-img.ts';
import type { ImageInfo } from '../qemu-img/qemu-img-output.ts';
import { type DiskReader, withFileReader } from './disk-reader.ts';
import { checkQcow2 } from './image-kind-qcow2.ts';
import { checkVmdk } from './image-kind-vmdk.ts';
import { type ImageProblem, problem } from './image-problem.ts';

/** Formats that are recognised in order to be refused, with the reason. */
const REFUSED: readonly (readonly [offset: number, magic: string, what: ImageProblem])[] = [
  [0, 'LUKS\xba\xbe', problem('disk.encrypted', 'is encrypted (LUKS)')],
  [0, 'QED\0', problem('disk.unsupported', 'is a QED image')],
  [0, 'COWD', problem('disk.unsupported', 'is a VMware COWD image')],
  [0, 'WithoutFreeSpace', problem('disk.unsupported', 'is a Parallels image')],
  [0, 'WithouFreSpacExt', problem('disk.unsupported', 'is a Parallels image')],
  [0, 'Bochs Virtual HD Image', problem('disk.unsupported', 'is a Bochs image')],
  [0, '#!/bin/sh\n#V2.0 Format\nmodprobe cloop', problem('disk.unsupported', 'is a cloop image')],
  [0, '\x1f\x8b', problem('disk.packed', 'is packed with gzip')],
  [0, '\xfd7zXZ\0', problem('disk.packed', 'is packed with xz')],
  [0, '\x28\xb5\x2f\xfd', problem('disk.packed', 'is packed with zstd')],
  [0, 'BZh', problem('disk.packed', 'is packed with bzip2')],
];

const HEADER = 64 * 1024;
const VHD_FOOTER = 512;
const VHD_DIFFERENCING = 4;

/**
 * The format of an image by its first and last bytes, never by its name; what matches nothing is raw. Only files whose
 * content can reach no other file pass: `qemu-img info` alone would already open what a hostile header names
 * (CVE-2024-4467), so this comes before any tool.
 * @throws DiskError `disk.backing-file`, `disk.external-data`, `disk.encrypted`, `disk.snapshots`, `disk.packed`,
 *   `disk.unsupported`, `disk.corrupt`, `disk.not-found`
 */
export async function imageFormat(path: string): Promise<DiskFormat> {
  return withFileReader(path, async (reader) => {
    const { format, problem: found } = await recognise(reader);
    if (found) throw refusal(path, found);
    return format;
  });
}

/** The format of a file that is used as it is, backing file and all; says nothing about whether it can be trusted. */
export async function formatByMagic(path: string): Promise<DiskFormat> {
  return withFileReader(path, async (reader) => (await recognise(reader)).format);
}

/** The format by magic, confirmed and measured by `qemu-img info` under that format. */
export async function inspectImage(
  tool: QemuImg,
  path: string,
  signal?: AbortSignal,
): Promise<ImageInfo & { readonly format: DiskFormat }> {
  const format = await imageFormat(path);
  const info = await tool.info({ path, format }, signal ? { signal } : {});
  const found = infoProblem(info);
  if (found) throw refusal(path, found);
  return { ...info, format };
}

/** Anything the tool sees that the header check let through: the second of two locks on the same door. */
export function infoProblem(info: ImageInfo): ImageProblem | undefined {
  if (info.backingFile !== undefined) return problem('disk.backing-file', 'has a backing file');
  if (info.dataFile !== undefined) return problem('disk.external-data', 'keeps its data in another file');
  if (info.encrypted) return problem('disk.encrypted', 'is encrypted');
  if (info.snapshots > 0) return problem('disk.snapshots', 'has internal snapshots');
  return info.corrupt ? problem('disk.corrupt', 'is marked as corrupt') : undefined;
}

type Recognised = { readonly format: DiskFormat; readonly problem?: ImageProblem | undefined };

async function recognise(reader: DiskReader): Promise<Recognised> {
  const head = await reader.read(0, Math.min(HEADER, reader.size));
  const refused = REFUSED.find(([offset, magic]) => startsWith(head, offset, magic));
  if (refused) return { format: 'raw', problem: refused[2] };
  if (startsWith(head, 0, 'QFI\xfb')) return { format: 'qcow2', problem: checkQcow2(head) };
  if (startsWith(head, 0, 'KDMV')) return { format: 'vmdk', problem: await checkVmdk(reader, head) };
  if (/^\s*# Disk DescriptorFile/.test(head.toString('latin1', 0, 512))) {
    return {
      format: 'vmdk',
      problem: problem('disk.external-data', 'keeps its data in other files (VMDK descriptor)'),
    };
  }
  if (startsWith(head, 0, 'vhdxfile')) return { format: 'vhdx' }; // qemu-img itself refuses one with a parent
  if (startsWith(head, 0x40, '\x7f\x10\xda\xbe'))
    return { format: 'vdi', problem: checkVdi(head, reader.size) };
  return recogniseVhd(reader, head);
}

/** A dynamic VHD has its footer's copy at the start, a fixed one is raw data with a footer at the end. */
async function recogniseVhd(reader: DiskReader, head: Buffer): Promise<Recognised> {
  if (startsWith(head, 0, 'conectix')) return { format: 'vpc', problem: checkVhd(head) };
  if (reader.size < 2 * VHD_FOOTER) return { format: 'raw' };
  const footer = await reader.read(reader.size - VHD_FOOTER, VHD_FOOTER);
  const fixed =
    startsWith(footer, 0, 'conectix') && footer.readBigUInt64BE(48) === BigInt(reader.size - VHD_FOOTER);
  return { format: fixed ? 'vpc' : 'raw' };
}

function checkVhd(footer: Buffer): ImageProblem | undefined {
  if (footer.length < VHD_FOOTER) return problem('disk.corrupt', 'is too short for a VHD');
  const differencing = footer.readUInt32BE(60) === VHD_DIFFERENCING;
  return differencing
    ? problem('disk.backing-file', 'is a differencing VHD and needs its parent')
    : undefined;
}

/** The header counts the blocks, and they lie without gaps behind the place it names (QEMU, block/vdi.c). */
function checkVdi(head: Buffer, size: number): ImageProblem | undefined {
  if (head.length < 512) return problem('disk.corrupt', 'is too short for a VDI');
  const type = head.readUInt32LE(0x4c); // 1 dynamic, 2 fixed, 3 undo, 4 differencing
  const end = head.readUInt32LE(0x158) + head.readUInt32LE(0x178) * head.readUInt32LE(0x184);
  if (type === 1 || type === 2)
    return end > size ? problem('disk.corrupt', 'is cut short: blocks are missing at its end') : undefined;
  return problem('disk.backing-file', 'is a differencing VDI and needs its parent');
}

function startsWith(bytes: Buffer, offset: number, magic: string): boolean {
  return bytes.toString('latin1', offset, offset + magic.length) === magic;
}

function refusal(path: string, { code, what }: ImageProblem): DiskError {
  const advice =
    code === 'disk.packed'
      ? 'unpack it first'
      : 'make a plain copy with `qemu-img convert` where it is trusted';
  return new DiskError(code, `${path} ${what}, which Kiln does not take as a disk; ${advice}.`, {
    details: { path },
  });
}
