import type { OsFacts } from '../../osinfo/os-facts.ts';
import type { BootProgram } from '../serve-boot-program.ts';

/** `virsh capabilities`, as far as it decides defaults. Plain JSON, made by read-capabilities.ts. */
export type HostCapabilities = {
  readonly arch: string;
  readonly cpuModel?: string;
  /** Names of the security models, in libvirt's order. */
  readonly securityModels: readonly string[];
  readonly guests: readonly GuestCapabilities[];
};

export type GuestCapabilities = {
  readonly osType: string;
  readonly arch: string;
  readonly emulator?: string;
  readonly loader?: string;
  readonly machines: readonly Machine[];
  readonly domains: readonly {
    readonly type: string;
    readonly emulator?: string;
    readonly machines: readonly Machine[];
  }[];
  readonly features: { readonly acpi: boolean; readonly apic: boolean; readonly pae: boolean };
};

export type Machine = { readonly name: string; readonly canonical?: string };

/** `virsh domcapabilities` of the guest's architecture, machine and type. Plain JSON. */
export type DomainCapabilities = {
  /** Whether libvirt picks the UEFI firmware by itself (`firmware='efi'`). */
  readonly firmwareEfi: boolean;
  readonly loaders: readonly string[];
  readonly loaderReadonly: boolean;
  /** Undefined: this driver does not say. */
  readonly graphicsTypes?: readonly string[];
  readonly videoModels?: readonly string[];
  readonly tpmModels?: readonly string[];
  readonly tpmBackends: readonly string[];
  readonly cpuModes: {
    /** host-passthrough that libvirt calls migratable. */
    readonly passthrough: boolean;
    /** host-model without a fallback to something less. */
    readonly hostModel: boolean;
    readonly custom: readonly { readonly name: string; readonly usable: boolean }[];
  };
  readonly sevEs: boolean;
  /** Features against CPU vulnerabilities that the host's own model has. */
  readonly securityFeatures: readonly string[];
};

/** What kind of libvirt the guest is for, told by its URI. */
export type ConnectionFacts = {
  readonly driver: 'qemu' | 'test' | 'other';
  readonly remote: boolean;
  /** False for `…/session`. */
  readonly privileged: boolean;
};

/** A storage pool or volume as libvirt has it, or a path as the host has it. */
export type StorageFact = {
  readonly path: string;
  readonly exists: boolean;
  readonly type: 'file' | 'block' | 'dir' | 'network';
  /** `qcow2`, `raw`, `iso`; undefined when nobody knows. */
  readonly format?: string;
  readonly sizeBytes?: number;
  /** What it is an overlay of. */
  readonly backingStore?: string;
};

export type PoolFact = {
  readonly name: string;
  /** Its folder. */
  readonly path: string;
  /** `dir`, `logical`, … */
  readonly type: string;
  /** It is not started, and what it has not known. */
  readonly isOff?: true;
  /** Why it cannot be started or read, in libvirt's words. */
  readonly unusable?: string;
  readonly volumes: readonly (StorageFact & { readonly name: string })[];
};

/** What `--location` or `--install` comes down to once the media have been looked at. */
export type BootFiles = {
  readonly kernel: string;
  readonly initrd: string;
  /** What the installer needs on its command line besides the user's own: `inst.repo=URL`. */
  readonly arguments: readonly string[];
  /** An ISO to attach as CD-ROM. */
  readonly iso?: string;
  /** Its packages come over the network. */
  readonly needsNetwork: boolean;
};

/** Everything outside the command line that decides a guest's XML. */
export type GuestFacts = {
  readonly connection: ConnectionFacts;
  readonly host: HostCapabilities;
  readonly domain: DomainCapabilities;
  readonly os: OsFacts;
  readonly pools: readonly PoolFact[];
  /** By path as typed, made absolute. */
  readonly paths: Readonly<Record<string, StorageFact>>;
  /** The pool that `size=` alone means. */
  readonly defaultPool: PoolFact;
  readonly bootFiles?: BootFiles;
  /** `--tftp` */
  readonly bootProgram?: BootProgram;
  /** NoCloud ISO of `--cloud-init`. */
  readonly cloudInitIso?: StorageFact;
  /** Bridge of the host's default route. */
  readonly defaultBridge?: string;
  readonly takenNames: readonly string[];
  /** The folder relative paths start from. */
  readonly workingDirectory: string;
  readonly home: string;
  readonly display?: string;
  readonly renderNode?: string;
  /** Makes a random MAC address that nobody has. */
  newMac(): string;
  newUuid(): string;
};
