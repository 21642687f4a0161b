import type { Bytes } from '../foundation/size.ts';
import type { FileSystemKind } from './file-system-kind.ts';

export type Firmware = 'bios' | 'uefi';

/** In the order in which a failure explains the others: no table, then no system, then no way to start it. */
export const CHECK_NAMES = ['partition-table', 'os', 'boot-loader', 'file-systems', 'marker'] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** `unknown`: could not be told, for instance inside a file system Kiln cannot read. It is neither pass nor failure. */
export type CheckResult = 'pass' | 'fail' | 'unknown';

export type DiskCheck = { readonly name: CheckName; readonly result: CheckResult; readonly sentence: string };

/** A partition or logical volume with what is on it. */
export type VolumeReport = {
  /** `partition 3`, `logical volume debian/root`, `whole disk`. */
  readonly name: string;
  readonly fileSystem: FileSystemKind;
  readonly size: Bytes;
};

/** From os-release(5), made printable. */
export type OperatingSystem = {
  readonly id: string;
  readonly versionId: string;
  readonly prettyName: string;
};

/** What a finished disk holds, found out without starting it and without trusting it. Plain JSON. */
export type DiskReport = {
  readonly virtualSize: Bytes;
  readonly firmware: Firmware;
  readonly partitionTable: 'gpt' | 'mbr' | 'none';
  readonly volumes: readonly VolumeReport[];
  readonly os?: OperatingSystem;
  readonly checks: readonly DiskCheck[];
};

export const pass = (name: CheckName, sentence: string): DiskCheck => ({ name, result: 'pass', sentence });
export const fail = (name: CheckName, sentence: string): DiskCheck => ({ name, result: 'fail', sentence });
export const unknown = (name: CheckName, sentence: string): DiskCheck => ({
  name,
  result: 'unknown',
  sentence,
});
