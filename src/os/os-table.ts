import { type Bytes, mebibytes } from '../foundation/size.ts';
import type { InstallerFamily } from '../media/install-media.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';

/** A feature the emulated CPU must not show to a system. */
export type CpuQuirk = { readonly disable: string; readonly why: string };

export type OperatingSystem = {
  /** libosinfo's short id where it has one (osinfo-query os). */
  readonly id: string;
  readonly title: string;
  readonly aliases: readonly string[];
  /** Stands for all ids that begin so: `fedora` for `fedora42`. */
  readonly generic: boolean;
  readonly family: InstallerFamily;
  /** Kinds of install script its installer reads. */
  readonly scriptKinds: readonly InstallScriptKind[];
  /** The template that serves it when a build names only an install script. */
  readonly template?: string;
  /** Below this the installer is known to stop. */
  readonly minimumMemory: Bytes;
  /** Code names of its Debian suite, for recognising a preseed. */
  readonly suites: readonly string[];
  /** Applied under emulation (TCG) alone. */
  readonly emulationQuirks: readonly CpuQuirk[];
};

/**
 * Measured with QEMU 7.2: Debian 13's 6.12 kernel dies at `cmpxchg16b` with a double fault some 20 s into its boot, and does not
 * with the feature off. Debian is built for plain x86-64, which does without it, so it is off for every QEMU version.
 */
const NO_CMPXCHG16B: CpuQuirk = {
  disable: 'cx16',
  why: "Debian 13's kernel double-faults at an emulated cmpxchg16b",
};

const DEBIAN = {
  generic: false,
  family: 'debian-installer',
  scriptKinds: ['preseed'],
  emulationQuirks: [],
} as const;

const GENERIC = { generic: true, aliases: [], suites: [], emulationQuirks: [] } as const;

/** Adding a distribution is a row here, a template, an install script and a console fixture. */
export const OPERATING_SYSTEMS: readonly OperatingSystem[] = [
  {
    ...DEBIAN,
    id: 'debian13',
    title: 'Debian 13 (trixie)',
    aliases: ['debian-13', 'debiantrixie', 'trixie'],
    template: 'debian-13',
    minimumMemory: mebibytes(512),
    suites: ['trixie'],
    emulationQuirks: [NO_CMPXCHG16B],
  },
  {
    ...DEBIAN,
    id: 'debian12',
    title: 'Debian 12 (bookworm)',
    aliases: ['debian-12', 'debianbookworm', 'bookworm'],
    minimumMemory: mebibytes(384),
    suites: ['bookworm'],
  },
  {
    id: 'kiln-test',
    title: "Kiln's test installer",
    aliases: [],
    generic: false,
    family: 'test-installer',
    scriptKinds: ['kickstart', 'preseed'],
    template: 'kiln-test',
    minimumMemory: mebibytes(128),
    suites: [],
    emulationQuirks: [],
  },
  {
    ...GENERIC,
    id: 'debian',
    title: 'a Debian release',
    family: 'debian-installer',
    scriptKinds: ['preseed'],
    minimumMemory: mebibytes(256),
    emulationQuirks: [NO_CMPXCHG16B],
  },
  {
    ...GENERIC,
    id: 'ubuntu',
    title: 'an Ubuntu release',
    family: 'subiquity',
    scriptKinds: ['autoinstall'],
    minimumMemory: mebibytes(1024),
  },
  ...['fedora', 'rhel', 'centos', 'rocky', 'almalinux'].map(
    (id): OperatingSystem => ({
      ...GENERIC,
      id,
      title: `a ${id} release`,
      family: 'anaconda',
      scriptKinds: ['kickstart'],
      minimumMemory: mebibytes(1024),
    }),
  ),
  ...['opensuse', 'sles'].map(
    (id): OperatingSystem => ({
      ...GENERIC,
      id,
      title: `a ${id} release`,
      family: 'autoyast',
      scriptKinds: ['autoyast'],
      minimumMemory: mebibytes(1024),
    }),
  ),
];
