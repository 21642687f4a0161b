/** Image formats Kiln reads and writes; the words are qemu-img's, so `vpc` is what others call VHD. */
export const DISK_FORMATS = ['raw', 'qcow2', 'vmdk', 'vpc', 'vhdx', 'vdi'] as const;

export type DiskFormat = (typeof DISK_FORMATS)[number];

/** As users type it: qemu-img's `vpc` is VHD to everybody else. */
export const formatWord = (format: DiskFormat): Exclude<DiskFormat, 'vpc'> | 'vhd' =>
  format === 'vpc' ? 'vhd' : format;

export const FORMAT_WORDS = DISK_FORMATS.map(formatWord);
