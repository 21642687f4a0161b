import type { Bytes } from '../foundation/size.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';

/** What goes with a partition image: its system is started with these from outside. */
export const PART_KINDS = ['kernel', 'initrd'] as const;

/** A whole-disk image has a partition table and boots itself; a partition image is one file system, with kernel and initrd beside it. */
export const IMAGE_KINDS = ['whole-disk', 'partition', ...PART_KINDS] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

/** An output image with its checksums. */
export type Artifact = {
  /** Absolute. */
  readonly path: string;
  /** The file's name, without a folder. */
  readonly name: string;
  readonly imageKind: ImageKind;
  readonly format: DiskFormat;
  /** How the image is packed inside; `none` where it is not. */
  readonly compression: 'zstd' | 'zlib' | 'none';
  /** What a guest sees as the disk's size. */
  readonly virtualSize: Bytes;
  /** Length of the file. A sparse raw image occupies less on the host. */
  readonly size: Bytes;
  /** Lower case hexadecimal. */
  readonly sha256: string;
  readonly sha512: string;
};
