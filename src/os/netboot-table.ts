import type { KernelDialect, OperatingSystem } from './operating-system.ts';
import { OPERATING_SYSTEMS } from './os-table.ts';

/** One way to start an installer. */
export type NetbootVariant = {
  readonly key: 'text' | 'graphical' | 'rescue' | 'expert' | 'auto';
  readonly title: string;
  /** `{script}` becomes the address of the install script. */
  readonly arguments: readonly string[];
  /** Other boot files than the system's, below the mirror. */
  readonly kernel?: string;
  readonly initrd?: string;
};

export type NetbootRelease = {
  /** As it stands in the mirror's paths: `trixie`, `42`. */
  readonly key: string;
  readonly title: string;
  /** In the table of operating systems. */
  readonly osId: string;
};

/** How a distribution's installer is loaded over the network; paths are below the distribution's mirror. */
export type NetbootSystem = {
  readonly id: string;
  readonly title: string;
  readonly dialect: KernelDialect;
  /** The distribution's words for iPXE's `buildarch`es. */
  readonly arches: { readonly x86_64: string; readonly arm64: string };
  readonly releases: readonly NetbootRelease[];
  /** `{release}` and `{arch}` are filled in, here and below; `{mirror}` in arguments, its `{mirror_protocol}`, `{mirror_host}` and `{mirror_path}` in debian-installer's. */
  readonly kernel: string;
  readonly initrd: string;
  readonly arguments: readonly string[];
  readonly variants: readonly NetbootVariant[];
};

/** A system without its releases, which the table of operating systems knows. */
type NetbootLayout = Omit<NetbootSystem, 'title' | 'releases'> & {
  /** As the table's rows name it. */
  readonly distribution: string;
  /** A release's word in the mirror's paths. */
  readonly releaseOf: (os: OperatingSystem) => string | undefined;
};

const DI = 'dists/{release}/main/installer-{arch}/current/images/netboot';
const DI_GTK = `${DI}/gtk/debian-installer/{arch}`;

/** The dialect of Anaconda since RHEL 7 (boot-options.rst of anaconda). */
const ANACONDA_VARIANTS: readonly NetbootVariant[] = [
  { key: 'graphical', title: 'Install', arguments: ['inst.graphical'] },
  { key: 'text', title: 'Install, text mode', arguments: ['inst.text', 'console=ttyS0,115200n8'] },
  { key: 'rescue', title: 'Rescue', arguments: ['inst.rescue'] },
  {
    key: 'auto',
    title: 'Unattended, by a kickstart',
    arguments: ['inst.ks={script}', 'inst.text', 'console=ttyS0,115200n8'],
  },
];

/** Red Hat's rebuilds and CentOS Stream share one layout. */
const baseOs = (id: string, distribution: string, suffix = ''): NetbootLayout => ({
  id,
  distribution,
  releaseOf: ({ version = '' }) => `${version}${suffix}`,
  dialect: 'dracut',
  arches: { x86_64: 'x86_64', arm64: 'aarch64' },
  kernel: '{release}/BaseOS/{arch}/os/images/pxeboot/vmlinuz',
  initrd: '{release}/BaseOS/{arch}/os/images/pxeboot/initrd.img',
  arguments: ['inst.repo={mirror}/{release}/BaseOS/{arch}/os'],
  variants: ANACONDA_VARIANTS,
});

const LAYOUTS: readonly NetbootLayout[] = [
  {
    id: 'debian',
    distribution: 'Debian',
    releaseOf: ({ suites }) => suites[0],
    dialect: 'debian-installer',
    arches: { x86_64: 'amd64', arm64: 'arm64' },
    kernel: `${DI}/debian-installer/{arch}/linux`,
    initrd: `${DI}/debian-installer/{arch}/initrd.gz`,
    arguments: [
      'mirror/country=manual',
      'mirror/protocol={mirror_protocol}',
      'mirror/{mirror_protocol}/hostname={mirror_host}',
      'mirror/{mirror_protocol}/directory={mirror_path}',
      'mirror/{mirror_protocol}/proxy=',
      'mirror/suite={release}',
    ],
    variants: [
      {
        key: 'text',
        title: 'Install, text mode and serial console',
        arguments: ['DEBIAN_FRONTEND=text', 'console=ttyS0,115200n8'],
      },
      {
        key: 'graphical',
        title: 'Install, graphical',
        arguments: ['vga=788'],
        kernel: `${DI_GTK}/linux`,
        initrd: `${DI_GTK}/initrd.gz`,
      },
      { key: 'rescue', title: 'Rescue', arguments: ['rescue/enable=true'] },
      { key: 'expert', title: 'Install, expert', arguments: ['priority=low'] },
      {
        key: 'auto',
        title: 'Unattended, by a preseed',
        arguments: [
          'auto=true',
          'priority=critical',
          'url={script}',
          'DEBIAN_FRONTEND=text',
          'console=ttyS0,115200n8',
        ],
      },
    ],
  },
  {
    id: 'ubuntu',
    distribution: 'Ubuntu',
    releaseOf: ({ suites }) => suites[0],
    dialect: 'casper',
    arches: { x86_64: 'amd64', arm64: 'arm64' },
    kernel: '{release}/netboot/{arch}/linux',
    initrd: '{release}/netboot/{arch}/initrd',
    // casper fetches the whole ISO into memory (casper(7), `url=`), kept beside under the release's name.
    arguments: [
      'root=/dev/ram0',
      'ramdisk_size=3500000',
      'url={mirror}/{release}/{release}-live-server-{arch}.iso',
    ],
    variants: [
      { key: 'text', title: 'Install', arguments: ['console=ttyS0,115200n8'] },
      {
        key: 'auto',
        title: 'Unattended, by an autoinstall (folder with user-data and meta-data)',
        arguments: [
          'autoinstall',
          '"ds=nocloud-net;s={script}"',
          'cloud-config-url=/dev/null',
          'console=ttyS0,115200n8',
        ],
      },
    ],
  },
  {
    ...baseOs('fedora', 'Fedora'),
    kernel: 'releases/{release}/Server/{arch}/os/images/pxeboot/vmlinuz',
    initrd: 'releases/{release}/Server/{arch}/os/images/pxeboot/initrd.img',
    arguments: ['inst.repo={mirror}/releases/{release}/Server/{arch}/os'],
  },
  baseOs('centos-stream', 'CentOS Stream', '-stream'),
  baseOs('rocky', 'Rocky Linux'),
  baseOs('almalinux', 'AlmaLinux'),
  baseOs('rhel', 'Red Hat Enterprise Linux'),
  {
    id: 'opensuse',
    distribution: 'openSUSE Leap',
    releaseOf: ({ version }) => version,
    dialect: 'linuxrc',
    arches: { x86_64: 'x86_64', arm64: 'aarch64' },
    kernel: 'distribution/leap/{release}/repo/oss/boot/{arch}/loader/linux',
    initrd: 'distribution/leap/{release}/repo/oss/boot/{arch}/loader/initrd',
    arguments: ['install={mirror}/distribution/leap/{release}/repo/oss'],
    variants: [
      { key: 'graphical', title: 'Install', arguments: [] },
      { key: 'text', title: 'Install, text mode', arguments: ['textmode=1', 'console=ttyS0,115200n8'] },
      { key: 'rescue', title: 'Rescue', arguments: ['rescue=1'] },
      {
        key: 'auto',
        title: 'Unattended, by an AutoYaST profile',
        arguments: ['autoyast={script}', 'textmode=1', 'console=ttyS0,115200n8'],
      },
    ],
  },
];

/** The table's releases whose usual installer speaks the layout's dialect: older ones lay their mirrors out in other ways. */
function releasesOf({ distribution, dialect, releaseOf }: NetbootLayout): NetbootRelease[] {
  return OPERATING_SYSTEMS.filter(
    (os) => os.distribution === distribution && !os.generic && os.installers[0]?.dialect === dialect,
  ).flatMap((os) => {
    const key = releaseOf(os);
    return key === undefined || key === '' ? [] : [{ key, title: os.title, osId: os.id }];
  });
}

/** Every distribution that can be installed over the network, with its releases. */
export const NETBOOT_SYSTEMS: readonly NetbootSystem[] = LAYOUTS.map((layout) => {
  const { distribution, releaseOf: _, ...system } = layout;
  return { ...system, title: distribution, releases: releasesOf(layout) };
});

/** Where an install tree of such a distribution would be, Kiln does not know. */
const NO_TREE =
  'no mirror with its install tree is known; unpack its ISO on a web server of yours and name kernel and initrd in a custom entry';

/** Systems of the table that cannot be installed through the menus. */
export const NOT_OVER_NETBOOT: readonly { readonly os: OperatingSystem; readonly why: string }[] =
  OPERATING_SYSTEMS.filter(({ generic, internal }) => !generic && !internal).flatMap((os) => {
    if (NETBOOT_SYSTEMS.some(({ releases }) => releases.some(({ osId }) => osId === os.id))) return [];
    const layout = LAYOUTS.find(({ distribution }) => distribution === os.distribution);
    const dialect = os.installers[0]?.dialect;
    if (layout === undefined) return [{ os, why: NO_TREE }];
    return [
      {
        os,
        why: `its usual installer (${dialect}) and its mirror are of another kind than the menu's (${layout.dialect})`,
      },
    ];
  });
