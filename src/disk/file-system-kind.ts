import type { DiskReader } from './disk-reader.ts';

export const FILE_SYSTEM_KINDS = [
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'vfat',
  'exfat',
  'ntfs',
  'f2fs',
  'squashfs',
  'iso9660',
  'swap',
  'lvm2',
  'luks',
  'mdraid',
  'zfs',
  'unknown',
  'empty',
] as const;

export type FileSystemKind = (typeof FILE_SYSTEM_KINDS)[number];

type Mark = readonly [offset: number, magic: string, kind: FileSystemKind];

/** Magic numbers as in util-linux's libblkid, most telling first; text is Latin-1. */
const MARKS: readonly Mark[] = [
  [0, 'LUKS\xba\xbe', 'luks'],
  [0, 'XFSB', 'xfs'],
  [65536 + 64, '_BHRfS_M', 'btrfs'],
  [0, 'hsqs', 'squashfs'],
  [1024, '\x10\x20\xf5\xf2', 'f2fs'],
  [4096 - 10, 'SWAPSPACE2', 'swap'],
  [4096, '\xfc\x4e\x2b\xa9', 'mdraid'],
  [3, 'NTFS    ', 'ntfs'],
  [3, 'EXFAT   ', 'exfat'],
  [82, 'FAT32   ', 'vfat'],
  [54, 'FAT16   ', 'vfat'],
  [54, 'FAT12   ', 'vfat'],
  [32769, 'CD001', 'iso9660'],
];

const LVM_LABEL_SECTORS = [0, 1, 2, 3] as const;
const LOOK_AT = 68 * 1024;

/** What lies on a partition, by magic numbers alone. */
export async function fileSystemKind(reader: DiskReader): Promise<FileSystemKind> {
  const head = await reader.read(0, Math.min(LOOK_AT, reader.size));
  const text = (offset: number, length: number): string => head.toString('latin1', offset, offset + length);
  const isLvm = LVM_LABEL_SECTORS.some(
    (sector) => text(sector * 512, 8) === 'LABELONE' && text(sector * 512 + 24, 8) === 'LVM2 001',
  );
  if (isLvm) return 'lvm2';
  if (head.length >= 2048 && head.readUInt16LE(1024 + 56) === 0xef53) return extKind(head);
  const mark = MARKS.find(([offset, magic]) => text(offset, magic.length) === magic);
  if (mark) return mark[2];
  return head.every((byte) => byte === 0) ? 'empty' : 'unknown';
}

const HAS_JOURNAL = 0x4;
/** Incompatible features that ext3 does not know: anything past filetype, recover, journal device. */
const EXT4_ONLY = ~0xe & 0xffffffff;

function extKind(head: Buffer): FileSystemKind {
  const compatible = head.readUInt32LE(1024 + 92);
  const incompatible = head.readUInt32LE(1024 + 96);
  if (incompatible & EXT4_ONLY) return 'ext4';
  return compatible & HAS_JOURNAL ? 'ext3' : 'ext2';
}
