import type { Bytes } from '../foundation/size.ts';
import type { CpuLevel } from '../os/operating-system.ts';

export type AcceleratorFacts = {
  /** What guests will really run on. */
  readonly use: 'kvm' | 'tcg';
  /** One sentence for the user: `/dev/kvm opens, but a guest did not come up on it within 10 s`. */
  readonly why: string;
  /** `/dev/kvm` exists, whether or not it works. */
  readonly kvmPresent: boolean;
};

export type UefiFirmware = {
  /** Read-only code image and the variable store copied for each guest. */
  readonly code: string;
  readonly varsTemplate: string;
  readonly secureBoot: boolean;
};

/** What this host has, found out once; the plan is made from it without looking again. */
export type HostFacts = {
  readonly arch: string;
  readonly cpus: number;
  /** As the kernel names it: `Intel(R) Xeon(R) Processor @ 2.10GHz`. Undefined where it does not tell. */
  readonly cpuModel?: string;
  /** Undefined where the host does not tell. */
  readonly cpuLevel?: CpuLevel;
  readonly memory: Bytes;
  readonly memoryAvailable: Bytes;
  readonly accelerator: AcceleratorFacts;
  /** Absolute path of qemu-system-x86_64. */
  readonly emulator: string;
  /** `7.2.22` */
  readonly qemuVersion: string;
  /** It was built without a VNC server, so that guests cannot have a screen to look at. */
  readonly lacksVnc?: true;
  readonly uefi?: UefiFirmware;
  readonly isRoot: boolean;
  readonly uid: number;
  readonly gid: number;
};
