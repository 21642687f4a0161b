import { DISK_FORMATS, type DiskFormat } from '../qemu-img/disk-format.ts';

/** qemu-img's names; `vhd` is accepted in templates and options for `vpc`. */
export { DISK_FORMATS, type DiskFormat };

/** One image the user asked for. */
export type OutputSpec = {
  readonly format: DiskFormat;
  /** The root file system alone, with its kernel and initrd as files beside it; undefined: the whole disk. qcow2 and raw. */
  readonly imageKind?: 'partition';
  /** qcow2 only: how clusters are compressed; `zstd` (the default) needs QEMU ≥ 5.1 to read, `zlib` any. */
  readonly compression?: 'zstd' | 'zlib' | 'none';
  /** `streamOptimized` for vmdk is what OVA files and vSphere's import want; `fixed` for vpc is all Azure takes. */
  readonly subformat?: 'streamOptimized' | 'fixed';
  /** File name without folder; default `<name>.<extension>`. */
  readonly fileName?: string;
};
