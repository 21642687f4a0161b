import type { BuildPlan } from '../plan/build-plan.ts';

/** How this start of the domain boots. */
export type DomainBoot =
  | {
      readonly kind: 'direct';
      readonly kernel: string;
      readonly initrd: string;
      readonly commandLine: string;
    }
  | { readonly kind: 'cdrom' }
  | { readonly kind: 'disk' };

/** A plan with the names and paths of one build filled in; all that the domain XML is made from. Paths are absolute. */
export type DomainInput = {
  readonly name: string;
  readonly uuid: string;
  readonly buildId: string;
  readonly plan: BuildPlan;
  readonly boot: DomainBoot;
  /**
   * `destroy`: the guest's first reboot ends it, as virt-install's install phase has it; `restart`: a machine as usual.
   */
  readonly onReboot: 'destroy' | 'restart';
  readonly disk: { readonly path: string; readonly format: 'raw' | 'qcow2' };
  /** ISO files in drive order: the install media first, then the seed. */
  readonly cdroms: readonly string[];
  readonly serialLog: string;
  /** Anaconda writes its log to it, through a virtio port. */
  readonly installerLog?: string;
  /** Unix socket that answers what the guest asks of 169.254.169.254, port 80. */
  readonly metadataSocket?: string;
  /** Of the one network interface, `52:54:00:…`; also its name when libvirt is asked for its counters. */
  readonly macAddress: string;
  /** The emulator has no VNC server, and libvirt refuses a domain that asks for one. */
  readonly lacksVnc?: true;
  /** This guest's own copy of the UEFI variable store. */
  readonly nvram?: string;
  /**
   * Whom QEMU runs as: the user who runs Kiln, so that private folders stay readable to it and to nobody else. Undefined for a
   * session daemon, which runs as that user anyway and has no DAC driver that would understand the label.
   */
  readonly owner?: { readonly uid: number; readonly gid: number };
};
