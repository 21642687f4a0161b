import { z } from 'zod';
import type { Bytes } from '../foundation/size.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';

/** A whole-disk image has a partition table and boots itself; a partition image is one file system. */
export type ImageKind = 'whole-disk' | 'partition';

/** An output image, in place, with its checksums. */
export type Artifact = {
  /** Absolute. */
  readonly path: string;
  /** The file's name, without a folder. */
  readonly name: string;
  readonly imageKind: ImageKind;
  readonly format: DiskFormat;
  /** How the image is packed inside, in the format's own word; `none` where it is not. */
  readonly compression: 'zstd' | 'zlib' | 'none';
  /** What a guest sees as the disk's size. */
  readonly virtualSize: Bytes;
  /** Length of the file. A sparse raw image occupies less on the host. */
  readonly size: Bytes;
  readonly sha256: string;
  readonly sha512: string;
};

const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (name) => !/[/\0]/.test(name) && name !== '.' && name !== '..',
    'must be a file name without a folder',
  )
  .optional();

const qcow2 = z.strictObject({
  format: z.literal('qcow2'),
  /** zstd needs QEMU 5.1 or newer to read; zlib is for older readers. */
  compression: z.enum(['zstd', 'zlib', 'none']).default('zstd'),
  fileName,
});
const raw = z.strictObject({ format: z.literal('raw'), fileName });
const vmdk = z.strictObject({
  format: z.literal('vmdk'),
  /** streamOptimized is what OVA files and vSphere's import want; it is always zlib. */
  subformat: z.enum(['monolithicSparse', 'streamOptimized']).default('monolithicSparse'),
  fileName,
});
const vpc = z.strictObject({
  format: z.literal('vpc'),
  /** Azure takes only `fixed`. */
  subformat: z.enum(['dynamic', 'fixed']).default('dynamic'),
  /** Without it qemu-img rounds the size up to whole cylinders (CHS), and the disk is larger than its source. */
  forceSize: z.boolean().default(true),
  fileName,
});
const vhdx = z.strictObject({ format: z.literal('vhdx'), fileName });
const vdi = z.strictObject({ format: z.literal('vdi'), fileName });

/** `qcow2`, or the same with its options: `{format: qcow2, compression: zlib}`. */
export const outputSpecSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { format: value === 'vhd' ? 'vpc' : value } : value),
  z.discriminatedUnion('format', [qcow2, raw, vmdk, vpc, vhdx, vdi]),
);

/** One image that a build is to leave behind. */
export type OutputSpec = Readonly<z.infer<typeof outputSpecSchema>>;

const EXTENSIONS: Readonly<Record<DiskFormat, string>> = {
  raw: 'img',
  qcow2: 'qcow2',
  vmdk: 'vmdk',
  vpc: 'vhd',
  vhdx: 'vhdx',
  vdi: 'vdi',
};

/** The name an output gets: its own, or `<build name>.<extension>`. */
export function outputFileName(buildName: string, output: OutputSpec): string {
  return output.fileName ?? `${buildName}.${EXTENSIONS[output.format]}`;
}

/** How an output is packed inside. */
export function compressionOf(output: OutputSpec): Artifact['compression'] {
  if (output.format === 'qcow2') return output.compression;
  return output.format === 'vmdk' && output.subformat === 'streamOptimized' ? 'zlib' : 'none';
}
