/**
 * The words of `media/`: what a user may name as install media, and what it becomes once it lies on this machine, has been
 * checked and recognised. `--cdrom`, `--location` and `--import` mean what they mean to virt-install(1).
 */

/** How the media are booted: firmware boots the ISO, kernel and initrd are booted directly, or a finished disk is taken over. */
export const MEDIA_KINDS = ['cdrom', 'location', 'import'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** A checksum the media must have; the file it is about is the ISO or disk image, never the kernel or initrd of a tree. */
export type MediaPin = {
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower case hexadecimal. */
  readonly digest: string;
};

/** What a template or the command line names; not looked at yet. */
export type MediaSource = {
  readonly kind: MediaKind;
  /**
   * A path, an `http://`, `https://` or `ftp://` URL, `apt-mirror:<suite>` (install tree of the Debian mirror this machine's
   * apt uses) or `debian-offline:<suite>` (installer ISO assembled from Debian packages).
   */
  readonly from: string;
  readonly pin?: MediaPin;
  /** URLs of the same file elsewhere, tried in order when `from` cannot be had; the file is checked wherever it comes from. */
  readonly mirrors?: readonly string[];
  /** A list that has the file's checksum: `SHA256SUMS`, Fedora's `CHECKSUM`; a path or URL. */
  readonly checksums?: string;
  /** The list's detached OpenPGP signature, when it is neither clear-signed nor beside the list; a path or URL. */
  readonly signature?: string;
  /** A file with the keys that may sign the list; without it those of distributions on this host. */
  readonly keyring?: string;
  /** Kernel and initrd inside the ISO or tree, for media whose layout Kiln does not know (`--location X,kernel=,initrd=`). */
  readonly kernel?: string;
  readonly initrd?: string;
};

/** A URL that ends so is one file; with `--location` every other one is an install tree. */
const FILE_ENDING = /\.(iso|img|qcow2|raw|vmdk|vdi|vhdx?)$/i;

/** Whether the installer itself comes over the network, which it keeps in memory. */
export function isNetworkTree({ kind, from }: MediaSource): boolean {
  if (kind !== 'location') return false;
  return from.startsWith('apt-mirror:') || (/^(https?|ftp):/i.test(from) && !isFileUrl(from));
}

export function isFileUrl(url: string): boolean {
  return URL.canParse(url) && FILE_ENDING.test(new URL(url).pathname);
}

/** Programs that install an operating system, each with its own boot arguments and install scripts. */
export const INSTALLER_FAMILIES = [
  'debian-installer',
  'anaconda',
  'subiquity',
  'autoyast',
  'test-installer',
  'ipxe',
] as const;
export type InstallerFamily = (typeof INSTALLER_FAMILIES)[number];

/** What looking at the media told; everything that could not be told is undefined. */
export type MediaFacts = {
  /** Kiln's identifier of the operating system, like libosinfo's short ids: `debian13`, `fedora42`, `kiln-test`. */
  readonly osId: string | undefined;
  readonly version: string | undefined;
  /** As libvirt spells it: `x86_64`, `aarch64`. */
  readonly arch: string | undefined;
  readonly family: InstallerFamily | undefined;
  /** ISO 9660 volume label, without its padding. */
  readonly volumeLabel: string | undefined;
  /** Which firmware can boot the ISO, read from its El Torito catalogue; both false for a tree. */
  readonly boots: { readonly bios: boolean; readonly uefi: boolean };
  /** Arguments the installer wants on its kernel's command line to be driven through the serial console. */
  readonly kernelArguments: readonly string[];
  /** The evidence, one sentence each, for `kiln media` and error reports. */
  readonly why: readonly string[];
};

/** A file the build uses, for the manifest. */
export type MediaFile = {
  readonly role: 'iso' | 'kernel' | 'initrd' | 'disk';
  /** Name or path inside the media; never a path of this machine. */
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
};

type Resolved = {
  readonly facts: MediaFacts;
  readonly files: readonly MediaFile[];
  /** What the manifest may say about the origin: no path of this machine, no credentials. */
  readonly source: string;
};

export type ResolvedCdrom = Resolved & { readonly kind: 'cdrom'; readonly isoPath: string };

export type ResolvedLocation = Resolved & {
  readonly kind: 'location';
  /** Local files, ready for direct kernel boot; kept in the cache, never to be changed. */
  readonly kernelPath: string;
  readonly initrdPath: string;
  /** Set when the tree is inside an ISO: attach it as a CD-ROM, the installer reads its packages from there. */
  readonly isoPath?: string;
  /** Set when the tree is a directory or served over the network. */
  readonly tree?:
    | { readonly kind: 'directory'; readonly path: string }
    | { readonly kind: 'url'; readonly url: string };
};

export type ResolvedImport = Resolved & {
  readonly kind: 'import';
  readonly diskPath: string;
  /** When the image was last written to before its checksum was made, in nanoseconds since 1970; as text, since JSON has no such number. */
  readonly writtenAt: string;
};

/** Media that lie on this machine, are as pinned and were recognised as far as possible. */
export type ResolvedMedia = ResolvedCdrom | ResolvedLocation | ResolvedImport;
