import type { VolumeName } from '../libvirt/storage.ts';

/** How a disk is asked for, as far as checks need to know. */
export type DiskRequest = {
  /** How messages name it: `--disk /a.qcow2`. */
  readonly label: string;
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun';
  readonly readonly: boolean;
  readonly shareable: boolean;
};

/** Where a disk's content is, as the domain XML says it. */
export type DiskSource = {
  readonly type: 'file' | 'block' | 'dir' | 'network';
  readonly path: string;
  /** What the driver is told; undefined where libvirt's default is right. */
  readonly format?: string;
};

/** A volume that is to be created; everything about it is decided. */
export type NewVolume = VolumeName & {
  readonly path: string;
  readonly capacity: number;
  readonly allocation: number;
  /** undefined in pools whose volumes have none (logical volumes). */
  readonly format?: string;
  readonly backing?: { readonly path: string; readonly format?: string };
};

/** A pool that has to be defined for it, as virt-install does: persistent, started with its host. */
export type NewPool = { readonly name: string; readonly target: string; readonly build: boolean };

/** One `--disk` with all about it decided (virt-install(1), "--disk"). */
export type PlannedDisk = {
  readonly request: DiskRequest;
  /** undefined: an empty drive. */
  readonly source?: DiskSource;
  readonly create?: NewVolume;
  readonly createPool?: NewPool;
};

/** `--check`: what may be switched off (virt-install(1)). */
export type StorageChecks = { readonly pathInUse: boolean; readonly diskSize: boolean };
