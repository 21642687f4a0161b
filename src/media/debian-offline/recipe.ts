/**
 * What goes onto the offline installer ISO. Everything that decides its content is data here; raise `version` when code
 * changes the outcome, so that ISOs made by the old code are not used any more.
 */
export type OfflineRecipe = {
  readonly version: number;
  readonly suite: string;
  /** Debian's release number, part of the netboot image's package name. */
  readonly release: string;
  readonly arch: 'amd64';
  readonly volumeLabel: string;
  /** Kernel of the installed system. */
  readonly kernelPackage: string;
  readonly extraPackages: readonly string[];
  /** Priority required or important, yet not needed to boot, get an address and be logged into. */
  readonly leftOut: readonly string[];
  readonly installerComponents: readonly string[];
  /** Menu items of the network installer that a CD installer must not have. */
  readonly removedComponents: readonly string[];
};

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const TRIXIE: OfflineRecipe = {
  version: 4,
  suite: 'trixie',
  release: '13',
  arch: 'amd64',
  volumeLabel: 'KILN_DEBIAN_13',
  kernelPackage: 'linux-image-cloud-amd64',
  extraPackages: words(`initramfs-tools zstd busybox console-setup keyboard-configuration locales
    openssh-server sudo dhcpcd tasksel lvm2`),
  leftOut:
    words(`cron cron-daemon-common dmidecode apt-utils less logrotate nano nftables vim-common vim-tiny iputils-ping
    readline-common cpio`),
  installerComponents:
    words(`base-installer bootstrap-base finish-install apt-setup-udeb apt-cdrom-setup clock-setup
    tzsetup-udeb di-utils-mapdevfs di-utils-exit-installer grub-installer kickseed-common initrd-kickseed partman-auto
    partman-base partman-basicfilesystems partman-basicmethods partman-efi partman-ext3 partman-target partman-partitioning
    partman-utils partman-lvm partman-auto-lvm pkgsel user-setup-udeb cdrom-detect cdrom-retriever load-cdrom disk-detect
    parted-udeb e2fsprogs-udeb dosfstools-udeb`),
  // choose-mirror-bin stays: bootstrap-base reads its template mirror/protocol and fails without.
  removedComponents: words('download-installer net-retriever choose-mirror'),
};

const RECIPES: readonly OfflineRecipe[] = [TRIXIE];

export function offlineRecipeFor(suite: string): OfflineRecipe | undefined {
  return RECIPES.find((recipe) => recipe.suite === suite);
}

export const OFFLINE_SUITES: readonly string[] = RECIPES.map((recipe) => recipe.suite);

/** A sentence, without its period, about a suite that no recipe is for. */
export const noRecipe = (suite: string): string =>
  `Kiln has no recipe for an offline ISO of Debian "${suite}"; it knows ${OFFLINE_SUITES.join(', ')}`;

/**
 * Kernel modules by installer component, for repacking from the kernel package where the mirror lacks the component;
 * enough for QEMU's hardware. In this order: a module goes into the first component that needs it.
 */
export const MODULES_BY_COMPONENT: Readonly<Record<string, readonly string[]>> = {
  'scsi-core': [],
  ata: ['libata'],
  'cdrom-core': ['sr_mod', 'cdrom'],
  pata: ['ata_piix', 'ata_generic'],
  sata: ['ahci'],
  scsi: ['virtio_blk', 'virtio_scsi', 'nvme'],
  isofs: ['isofs', 'udf'],
  ext4: ['ext4'],
  loop: ['loop'],
  md: ['dm_mod', 'dm_snapshot'],
};

/** Components without which the installer runs as well; an empty one satisfies the dependency. */
export const MAY_BE_EMPTY: readonly string[] = ['ntfs-3g-udeb'];

/** `/usr/sbin` programs of e2fsprogs-udeb, repacked from e2fsprogs. */
export const E2FSPROGS_PROGRAMS: readonly string[] =
  words(`mke2fs e2fsck tune2fs resize2fs badblocks dumpe2fs mkfs.ext2
  mkfs.ext3 mkfs.ext4 fsck.ext2 fsck.ext3 fsck.ext4`);
export const E2FSPROGS_PACKAGES: readonly string[] = words('e2fsprogs libext2fs2t64 libss2 libcom-err2');
