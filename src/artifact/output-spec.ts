/** One image the user asked for. */
export type OutputSpec = {
  readonly format: DiskFormat;
  /** qcow2 only: how clusters are compressed; `zstd` needs QEMU ≥ 5.1 to read, `zlib` any. */
  readonly compression?: 'zstd' | 'zlib' | 'none';
  /** File name without folder; default `<name>.<extension>`. */
  readonly fileName?: string;
};

export const DISK_FORMATS = ['qcow2', 'raw', 'vmdk', 'vpc', 'vhdx', 'vdi'] as const;
/** qemu-img's names; `vhd` is accepted in templates and options for `vpc`. */
export type DiskFormat = (typeof DISK_FORMATS)[number];
