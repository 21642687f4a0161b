import type { Bytes } from '../foundation/size.ts';
import type { InstallerFamily } from '../media/install-media.ts';
import type { Firmware, InstallScriptKind } from '../spec/build-spec.ts';

/** A feature the emulated CPU must not show to a system. */
export type CpuQuirk = { readonly disable: string; readonly why: string };

/**
 * How an installer wants its kernel arguments: `dracut` with `inst.` prefix (Anaconda since Fedora 19 and RHEL 7), `anaconda-old` without,
 * `debian-installer`, `kickseed` (its reader of kickstart files), `casper` (Subiquity on Ubuntu's live media), `linuxrc` (YaST).
 */
export const KERNEL_DIALECTS = [
  'dracut',
  'anaconda-old',
  'debian-installer',
  'kickseed',
  'casper',
  'linuxrc',
  'test-installer',
] as const;
export type KernelDialect = (typeof KERNEL_DIALECTS)[number];

/** Instruction set levels of the x86-64 psABI; a system built for one dies at once on a CPU of a lower one. */
export const CPU_LEVELS = ['x86-64', 'x86-64-v2', 'x86-64-v3'] as const;
export type CpuLevel = (typeof CPU_LEVELS)[number];

/** One installer of a system; some have two, on different media. */
export type OsInstaller = {
  readonly family: InstallerFamily;
  readonly dialect: KernelDialect;
  readonly scriptKinds: readonly InstallScriptKind[];
};

/** Where a kernel and its initrd lie, seen from the root of an ISO or an install tree; `x86_64` where no architecture is named. */
export type OsBootFiles = {
  readonly media: 'iso' | 'tree';
  readonly arch?: string;
  readonly kernel: string;
  readonly initrd: string;
};

/** crypt(5)'s methods for new passwords. Every system of the table takes SHA-512. */
export const PASSWORD_HASHES = ['sha512', 'yescrypt'] as const;
export type PasswordHash = (typeof PASSWORD_HASHES)[number];

export type OperatingSystem = {
  /** libosinfo's short id where it has one (osinfo-query os). */
  readonly id: string;
  readonly title: string;
  readonly aliases: readonly string[];
  /** Name of the distribution, the same for all its releases. */
  readonly distribution: string;
  /** As the media write it; a generic row has none. */
  readonly version?: string;
  /** Stands for all ids that begin so: `fedora` for `fedora42`. */
  readonly generic: boolean;
  /** Kiln's own, for tests: not in the lists that users read. */
  readonly internal: boolean;
  /** The usual one first. */
  readonly installers: readonly OsInstaller[];
  /** Of the usual installer. */
  readonly family: InstallerFamily;
  /** Kinds of install script its installers read. */
  readonly scriptKinds: readonly InstallScriptKind[];
  /** As libvirt spells them. */
  readonly architectures: readonly string[];
  readonly bootFiles: readonly OsBootFiles[];
  /** The template that serves it when a build names only an install script. */
  readonly template?: string;
  /** Below this the installer is known to stop. */
  readonly minimumMemory: Bytes;
  /** The same when the installer itself comes over the network and is kept in memory. */
  readonly minimumMemoryNetwork: Bytes;
  /** What a minimal installation needs; the makers recommend more. */
  readonly minimumDisk: Bytes;
  readonly cpuLevel: CpuLevel;
  /** What the system itself makes of a new password (`ENCRYPT_METHOD` of login.defs(5), pam_unix(8)). */
  readonly passwordHash: PasswordHash;
  readonly firmware: readonly Firmware[];
  /** What happens on the first boot of an installed system that one would not expect; a sentence each. */
  readonly firstBootQuirks: readonly string[];
  /** Code names of its Debian suite, for recognising a preseed. */
  readonly suites: readonly string[];
  /** Applied under emulation (TCG) alone. */
  readonly emulationQuirks: readonly CpuQuirk[];
  /** Dates as 2025-08-09; the end is that of updates without an extra contract. */
  readonly released?: string;
  readonly endOfLife?: string;
};

/** How media name a distribution, and what Kiln's id is made of then. */
export type Distribution = {
  readonly name: string;
  /** Match the beginning of the name in `.treeinfo`, `.disk/info`, `media.1/products` or the volume label. */
  readonly patterns: readonly RegExp[];
  readonly idPrefix: string;
  /** How many parts of the version are in the id: 2 for `ubuntu24.04`. */
  readonly versionParts: number;
  readonly family: InstallerFamily;
};
