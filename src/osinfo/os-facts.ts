/** Amounts of one architecture; undefined where libosinfo does not say. */
export type Resources = {
  readonly arch: string;
  readonly ramBytes?: number;
  readonly processors?: number;
  readonly storageBytes?: number;
};

/** What libosinfo knows of an operating system, as far as it decides a guest's hardware. Plain JSON. */
export type OsFacts = {
  /** `debian11`. */
  readonly shortId: string;
  readonly names: readonly string[];
  /** `http://debian.org/debian/11`; undefined for the generic system, which the database does not have. */
  readonly fullId?: string;
  /** `linux`, `winnt`, … */
  readonly family: string;
  /** `debian`, `rhel`, `win`, … */
  readonly distro: string;
  /** Ids of the devices it has drivers for: `http://pcisig.com/pci/1af4/1001`. */
  readonly devices: readonly string[];
  readonly minimum: readonly Resources[];
  readonly recommended: readonly Resources[];
  readonly networkInstall: readonly Resources[];
  readonly firmware: readonly { readonly arch: string; readonly type: string; readonly supported: boolean }[];
  /** Short ids of itself and of all it descends from, is a clone of or upgrades. */
  readonly lineage: readonly string[];
  /** The kernel argument that names the install source: `inst.repo`. */
  readonly sourceArgument?: string;
  /** The entry the facts come from where the database has none of its own: `debian11` for Debian 13. */
  readonly standsFor?: string;
};

/** virt-install's `generic`: nothing is known, so nothing but the oldest hardware is assumed. */
export const GENERIC_OS: OsFacts = {
  shortId: 'generic',
  names: ['generic'],
  family: '',
  distro: '',
  devices: [],
  minimum: [],
  recommended: [],
  networkInstall: [],
  firmware: [],
  lineage: ['generic'],
};
