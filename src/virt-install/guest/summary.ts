import type { XmlNode } from '../../foundation/xml-node.ts';
import type { InstallMethod } from '../install-method.ts';
import { hasFlag, switchOf, usesOf } from '../virt-install-options.ts';
import { type DiskStorage, devicesOf, type Guest, read } from './guest.ts';

/** Conditions that `--check NAME=off` lets pass. */
export const CHECKS = ['path_in_use', 'disk_size', 'path_exists', 'mac_in_use'] as const;
export type CheckName = (typeof CHECKS)[number];

export type SummaryDisk = DiskStorage & {
  readonly device: string;
  readonly bus: string;
  /** Its name in the guest's XML: `vda`. */
  readonly target: string;
  readonly readonly: boolean;
  readonly shareable: boolean;
};

/** What a guest's life needs to know beside its XML. Plain JSON. */
export type VirtInstallSummary = {
  readonly name: string;
  readonly uuid: string;
  readonly arch: string;
  readonly machine: string;
  readonly domainType: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** In the order of the XML; install media are not among them. */
  readonly disks: readonly SummaryDisk[];
  readonly method: InstallMethod;
  readonly macAddresses: readonly string[];
  readonly connect?: string;
  readonly initrdInject: readonly string[];
  readonly noReboot: boolean;
  readonly transient: boolean;
  readonly destroyOnExit: boolean;
  readonly autostart: boolean;
  /** Minutes; `forever`; undefined: not said. */
  readonly wait?: number | 'forever';
  readonly autoConsole: 'none' | 'default' | 'text' | 'graphical';
  /** Which conditions still end the build. */
  readonly checks: Readonly<Record<CheckName, boolean>>;
};

export function summaryOf(
  guest: Guest,
  method: InstallMethod,
  media: readonly XmlNode[],
): VirtInstallSummary {
  const { root, options } = guest;
  const { connect } = options.values;
  return {
    name: read(root, './name') ?? '',
    uuid: read(root, './uuid') ?? '',
    arch: read(root, './os/type/@arch') ?? '',
    machine: read(root, './os/type/@machine') ?? '',
    domainType: read(root, './@type') ?? '',
    memoryMiB: Math.round(Number(read(root, './currentMemory') ?? read(root, './memory') ?? 0) / 1024),
    vcpus: Number(read(root, './vcpu') ?? 1),
    disks: devicesOf(guest, 'disk')
      .filter((node) => !media.includes(node))
      .map((node) => diskOf(guest, node)),
    method,
    macAddresses: devicesOf(guest, 'interface').flatMap((node) => read(node, './mac/@address') ?? []),
    ...(connect === undefined ? {} : { connect }),
    initrdInject: options.lists['initrd-inject'] ?? [],
    noReboot: hasFlag(options, 'noreboot'),
    transient: hasFlag(options, 'transient'),
    destroyOnExit: hasFlag(options, 'destroy-on-exit'),
    autostart: hasFlag(options, 'autostart'),
    ...waitOf(guest),
    autoConsole: autoConsoleOf(guest),
    checks: checksOf(guest),
  };
}

/** Targets of the disks that are made to be installed to; what cloud-init sets up is in use from its first start on. */
export const newDisksOf = ({ disks, method }: Pick<VirtInstallSummary, 'disks' | 'method'>): string[] =>
  (method.cloudInit === undefined ? disks : []).flatMap(({ toCreate, target }) =>
    toCreate === undefined ? [] : target,
  );

function diskOf(guest: Guest, node: XmlNode): SummaryDisk {
  return {
    ...(guest.storage.get(node) ?? { type: 'file' }),
    device: read(node, './@device') ?? 'disk',
    bus: read(node, './target/@bus') ?? '',
    target: read(node, './target/@dev') ?? '',
    readonly: read(node, './readonly') !== undefined,
    shareable: read(node, './shareable') !== undefined,
  };
}

function waitOf({ options }: Guest): Pick<VirtInstallSummary, 'wait'> {
  const { wait } = options.values;
  if (wait === undefined) return {};
  return { wait: Number(wait) < 0 ? 'forever' : Number(wait) };
}

function autoConsoleOf({ options }: Guest): VirtInstallSummary['autoConsole'] {
  const { autoconsole } = options.values;
  if (hasFlag(options, 'noautoconsole')) return 'none';
  return autoconsole === 'none' || autoconsole === 'text' || autoconsole === 'graphical'
    ? autoconsole
    : 'default';
}

function checksOf({ options }: Guest): VirtInstallSummary['checks'] {
  const checks = { path_in_use: true, disk_size: true, path_exists: true, mac_in_use: true };
  for (const use of usesOf(options, 'check')) {
    const all = switchOf(use, 'all');
    for (const name of CHECKS) checks[name] = switchOf(use, name) ?? all ?? checks[name];
  }
  return checks;
}
