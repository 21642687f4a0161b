import type { OutputSpec } from '../../artifact/output-spec.ts';
import type { HostError } from '../../foundation/errors.ts';
import type { Refusals } from '../../foundation/refusals.ts';
import type { HostFacts } from '../../host/host-facts.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import type { MediaSource, ResolvedMedia } from '../../media/install-media.ts';
import type { PublishTarget } from '../../publish/publish-target.ts';
import type { InjectionMethod, SecretRef } from '../../spec/build-spec.ts';
import type { KnownPool } from '../../storage/path-users.ts';
import type { PlannedDisk, StorageChecks } from '../../storage/planned-disk.ts';
import type { BuildRequest } from '../build-context.ts';
import type { CloudInitRequest } from './cloud-init.ts';

/** How long the machine lives and what is done with it (virt-install(1), "Miscellaneous Options"). */
export type MachineLife = {
  /** false: it stays off after the install. */
  readonly reboot: boolean;
  /** Minutes; 0 leaves at once, a negative number waits for ever, undefined as long as the limits allow. */
  readonly wait?: number;
  readonly transient: boolean;
  readonly destroyOnExit: boolean;
  readonly autostart: boolean;
  readonly checks: StorageChecks & { readonly macInUse: boolean };
  /** Verification, conversion and manifest after the install. */
  readonly capture: boolean;
  readonly bootCheck: boolean;
  /** Nothing of Kiln's own in the domain: no metadata, no serial log. */
  readonly pure: boolean;
};

/** What the guest is installed from. `none`: nothing, its disk has a system, or is to get one by other means. */
export type MachineMedia =
  | (MediaSource & { readonly kind: 'cdrom' | 'location' })
  /** The network card's own boot program. */
  | { readonly kind: 'pxe'; readonly servesFiles: boolean }
  | { readonly kind: 'kernel'; readonly kernel: string; readonly initrd: string }
  | { readonly kind: 'none' };

/** A script of Kiln's own making that the installer gets (`--script`). */
export type MachineScript = {
  readonly path: string;
  readonly inject?: InjectionMethod;
  readonly variables: Readonly<Record<string, string>>;
  readonly rootPassword?: SecretRef;
};

/** One `kiln build` in virt-install's words. */
export type MachineRequest = Pick<BuildRequest, 'output' | 'force' | 'keep' | 'connect' | 'offline'> & {
  readonly life: MachineLife;
  readonly media: MachineMedia;
  readonly script?: MachineScript;
  /** Sets the guest up at its first start (`--import`). */
  readonly cloudInit?: CloudInitRequest;
  readonly extraArgs: readonly string[];
  /** Files that go into the root of the initrd. */
  readonly initrdInject: readonly string[];
  readonly outputs: readonly OutputSpec[];
  /** Where the images go. */
  readonly publish: readonly PublishTarget[];
  /** Seconds, meant literally. */
  readonly limits: { readonly total?: number; readonly stall?: number; readonly bootCheck?: number };
  /** Ends the build for a libvirt that cannot be used, with what else is wrong with the request. */
  readonly refuseLibvirt?: (error: HostError) => Promise<never>;
  /** Which option said what a message of libvirt's is about: `--vcpus cpuset=9x`; undefined where none or several may have. */
  readonly originOf: (message: string) => string | undefined;
  /** Makes the domain of the options; asked once, when the media are known. Looks, and creates nothing. */
  readonly describe: (facts: MachineFacts) => Promise<MachineXml>;
};

/** What the domain XML depends on beside the options. */
export type MachineFacts = {
  readonly connection: LibvirtConnection;
  /** Kiln's own libvirtd, which knows no networks. */
  readonly privateDaemon: boolean;
  readonly host: HostFacts;
  readonly media: ResolvedMedia | undefined;
  /**
   * For direct kernel boot: what stands on the kernel's command line, which depends on what runs the domain. The files' own paths are put in
   * when they are known.
   */
  readonly boot: { readonly argumentsFor: (isEmulated: boolean) => readonly string[] } | undefined;
  /** What is wrong with the request already. */
  readonly refusals?: Refusals;
};

/** The domain in virt-install's two phases, under one name and UUID. */
export type MachineXml = {
  readonly name: string;
  readonly uuid: string;
  /** Absent where there is no install phase (`--import`): the final XML is started at once. */
  readonly install?: string;
  readonly final: string;
  /** In the order of the options. */
  readonly disks: readonly PlannedDisk[];
  /** Pools of the connection whose volumes were read for that. */
  readonly readPools: readonly KnownPool[];
  /** Targets of the disks that are made for it. */
  readonly newDisks: readonly string[];
  /** What the user should know. */
  readonly warnings: readonly string[];
};
