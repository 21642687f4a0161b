import type { Bytes } from '../foundation/size.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';

/** A whole-disk image has a partition table and boots itself; a partition image is one file system. */
export type ImageKind = 'whole-disk' | 'partition';

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
