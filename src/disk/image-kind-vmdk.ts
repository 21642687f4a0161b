import type { DiskReader } from './disk-reader.ts';
import { type ImageProblem, problem } from './image-problem.ts';

const SECTOR = 512;
const LONGEST_DESCRIPTOR = 20 * SECTOR;

/**
 * What speaks against a sparse VMDK that is not trusted: its embedded descriptor may name a parent, or extents in other
 * files (VMware "Virtual Disk Format 1.1"; QEMU block/vmdk.c follows both).
 */
export async function checkVmdk(reader: DiskReader, head: Buffer): Promise<ImageProblem | undefined> {
  if (head.length < SECTOR) return problem('disk.corrupt', 'is too short for a VMDK');
  const capacity = head.readBigUInt64LE(12);
  const offset = Number(head.readBigUInt64LE(28)) * SECTOR;
  const length = Math.min(Number(head.readBigUInt64LE(36)) * SECTOR, LONGEST_DESCRIPTOR);
  if (capacity === 0n)
    return problem('disk.external-data', 'keeps its data in other files (VMDK without capacity)');
  if (offset === 0) return undefined;
  if (offset + length > reader.size)
    return problem('disk.corrupt', 'has its VMDK descriptor outside the file');
  return checkDescriptor((await reader.read(offset, length)).toString('latin1'));
}

function checkDescriptor(text: string): ImageProblem | undefined {
  const parent = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(text)?.[1];
  const hint = /^\s*parentFileNameHint\s*=/im.test(text);
  if (hint || (parent !== undefined && parent.toLowerCase() !== 'ffffffff')) {
    return problem('disk.backing-file', 'is a VMDK that needs its parent');
  }
  const extents = text.match(/^\s*(RW|RDONLY|NOACCESS)\s+\d+\s+\w+/gim) ?? [];
  const own = extents.length <= 1 && extents.every((extent) => /SPARSE$/i.test(extent));
  return own ? undefined : problem('disk.external-data', 'keeps its data in other files (VMDK extents)');
}
