import type { OutputSpec } from '../artifact/output-spec.ts';
import type { Seconds } from '../foundation/duration.ts';
import type { Bytes } from '../foundation/size.ts';
import type { MediaSource } from '../media/install-media.ts';
import type { PublishTarget } from '../publish/publish-target.ts';

export const FIRMWARES = ['bios', 'uefi'] as const;
export type Firmware = (typeof FIRMWARES)[number];

export const DISK_BUSES = ['virtio', 'sata', 'scsi', 'ide'] as const;
export type DiskBus = (typeof DISK_BUSES)[number];

/** `ipxe`: the firmware boots a small iPXE ISO, which loads kernel and initrd over HTTP from Kiln. */
export const LOADERS = ['ipxe'] as const;
export type Loader = (typeof LOADERS)[number];

/** Where a secret's value is to be read from; the value itself never enters a spec or a plan. */
export type SecretRef = { readonly file: string } | { readonly env: string };

/** `user-script`: a program of its own, `#!` its first characters, for systems that run a cloud's user data (cloud-init). */
export type InstallScriptKind = 'kickstart' | 'preseed' | 'autoinstall' | 'autoyast' | 'user-script';

/**
 * `initrd`: appended to the installer's initrd (direct kernel boot only). `seed-iso`: a second CD-ROM labelled as the installer
 * expects (OEMDRV for kickstart and autoyast, CIDATA for autoinstall and user scripts). `config-drive`: one as OpenStack makes it. `http`: fetched from
 * a web server of the build. `metadata`: user data at 169.254.169.254, as a cloud has it. `none`: the media bring their own script.
 */
export type InjectionMethod = 'initrd' | 'seed-iso' | 'config-drive' | 'http' | 'metadata' | 'none';

export type InstallScriptRef = {
  /** Absolute path on this host. */
  readonly path: string;
  /** As the template says, else told by the text's grammar. */
  readonly kind: InstallScriptKind;
  readonly inject?: InjectionMethod;
};

export type TimeLimits = {
  /** The whole install, on working KVM; scaled by the plan for emulation. */
  readonly total: Seconds;
  /** No progress at all, on working KVM; scaled likewise. */
  readonly stall: Seconds;
  /** Those the user named for this build (`--timeout`, `--stall`): meant literally, not scaled. */
  readonly literal?: readonly ('total' | 'stall')[];
};

/** What the user's own console says, and what to make of it. */
export type WatchPatternSpec = {
  /** Regular expression for one console line. */
  readonly match: string;
  /** `error` ends the build; `prompt` does when nothing follows; `hint` explains another verdict; `panic` ends it at once. */
  readonly kind: WatchPatternKind;
  readonly meaning: string;
  readonly remedy?: string;
  /** File and line of the template that has it. */
  readonly where?: string;
};

export const WATCH_PATTERN_KINDS = ['error', 'prompt', 'panic', 'hint'] as const;
export type WatchPatternKind = (typeof WATCH_PATTERN_KINDS)[number];

export type BootCheckSpec = {
  readonly enabled: boolean;
  /** Regular expression a console line must match. */
  readonly pattern: string;
  /** On working KVM; scaled by the plan for emulation. */
  readonly limit: Seconds;
  /** The user named the limit for this build (`--boot-check-limit`): meant literally, not scaled. */
  readonly limitIsLiteral?: true;
};

/** What was asked for: templates composed, options applied, everything valid. The host has not been looked at. */
export type BuildSpec = {
  readonly name: string;
  readonly description?: string;
  /** OS id of the OS table: debian13, kiln-test. */
  readonly os?: string;
  readonly arch: 'x86_64';
  readonly firmware: Firmware;
  /** QEMU machine type family. */
  readonly machine: 'q35' | 'pc';
  readonly memory: Bytes;
  readonly vcpus: number;
  /** libvirt words: `host-passthrough`, `host-model`, `maximum`, or a model name; features as `+name` / `-name`. Default follows the accelerator. */
  readonly cpu?: { readonly model?: string; readonly features: readonly string[] };
  /** `auto` probes; the others insist. */
  readonly accelerator: 'auto' | 'kvm' | 'tcg';
  /** `size` may only be absent for an imported image, whose own size counts then. */
  readonly disk: { readonly size?: Bytes; readonly bus: DiskBus };
  readonly network: 'user' | 'none';
  /** Tried in order until one is usable. */
  readonly media: readonly MediaSource[];
  /** Who starts the installer's kernel of `location` media; QEMU does when left out. */
  readonly loader?: Loader;
  readonly script?: InstallScriptRef;
  /** Values for the script's declared placeholders, by name. */
  readonly variables: Readonly<Record<string, string>>;
  readonly rootPassword?: SecretRef;
  /** Added to the installer's kernel command line (virt-install's --extra-args); direct kernel boot only. */
  readonly extraArgs: readonly string[];
  readonly outputs: readonly OutputSpec[];
  /** Where the image goes when it is whole. */
  readonly publish?: readonly PublishTarget[];
  readonly bootCheck: BootCheckSpec;
  readonly limits: TimeLimits;
  readonly watchPatterns: readonly WatchPatternSpec[];
  /** Whether the installer sends its log to Kiln over the network; left out, where that is of use. */
  readonly syslog?: boolean;
  /** Templates that were read, nearest first, for the manifest. */
  readonly templates: readonly { readonly name: string; readonly sha256: string }[];
};
