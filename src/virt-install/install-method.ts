import {
  given,
  hasFlag,
  type OptionUse,
  switchOf,
  usesOf,
  type VirtInstallOptions,
} from './virt-install-options.ts';

/** Where the installation comes from, as the options say it; nothing is looked at yet. */
export type InstallMethod = {
  readonly kind: 'cdrom' | 'location' | 'kernel' | 'pxe' | 'boot-device' | 'import' | 'none';
  /** Path or URL of the ISO of `--cdrom`. */
  readonly cdrom?: string;
  /** Tree, ISO or folder of `--location`, with the paths in it that were given. */
  readonly location?: { readonly from: string; readonly kernel?: string; readonly initrd?: string };
  /** `--install kernel=,initrd=` */
  readonly kernel?: { readonly kernel: string; readonly initrd: string };
  /** What the guest boots from during the installation. */
  readonly bootDevice?: string;
  /** The guest is started as it is to stay: no installation of its own. */
  readonly noInstall: boolean;
  readonly extraArgs: readonly string[];
  /** Takes the place of all other kernel arguments. */
  readonly overwriteArgs?: string;
  readonly cloudInit?: OptionUse;
  /** What user-mode networking offers the network card's boot program. */
  readonly tftp?: OptionUse;
};

export function installMethod(options: VirtInstallOptions): InstallMethod {
  const install = usesOf(options, 'install').at(-1);
  const [cloudInit] = usesOf(options, 'cloud-init');
  const tftp = usesOf(options, 'tftp').at(-1);
  const common = {
    ...argumentsOf(options, install),
    ...(cloudInit === undefined ? {} : { cloudInit }),
    ...(tftp === undefined ? {} : { tftp }),
  };
  const noInstall = switchOf(install, 'no_install') ?? false;
  const bootdev = hasFlag(options, 'pxe') ? 'network' : given(install, 'bootdev');
  const device = bootdev === undefined ? {} : { bootDevice: bootdev };
  const location = locationOf(options);
  if (location !== undefined) return { kind: 'location', location, noInstall, ...device, ...common };
  const { cdrom } = options.values;
  if (cdrom !== undefined) {
    const live = noInstall || hasFlag(options, 'livecd');
    return { kind: 'cdrom', cdrom, bootDevice: 'cdrom', noInstall: live, ...common };
  }
  const kernel = kernelOf(install);
  if (kernel !== undefined) return { kind: 'kernel', kernel, noInstall, ...device, ...common };
  if (hasFlag(options, 'pxe')) return { kind: 'pxe', noInstall, ...device, ...common };
  if (install !== undefined) {
    return { kind: bootdev === undefined ? 'none' : 'boot-device', noInstall, ...device, ...common };
  }
  const asItIs =
    hasFlag(options, 'import') ||
    options.values['print-xml'] !== undefined ||
    usesOf(options, 'boot').length > 0 ||
    cloudInit !== undefined;
  return { kind: asItIs ? 'import' : 'none', noInstall: asItIs, ...common };
}

function kernelOf(install: OptionUse | undefined): InstallMethod['kernel'] {
  const kernel = given(install, 'kernel');
  const initrd = given(install, 'initrd');
  // One without the other is refused where the words are read (parse-command-line.ts).
  return kernel === undefined || initrd === undefined ? undefined : { kernel, initrd };
}

function locationOf(options: VirtInstallOptions): InstallMethod['location'] {
  const use = usesOf(options, 'location').at(-1);
  const from = given(use, 'location');
  if (from === undefined) return undefined;
  const kernel = given(use, 'kernel');
  const initrd = given(use, 'initrd');
  return { from, ...(kernel === undefined ? {} : { kernel }), ...(initrd === undefined ? {} : { initrd }) };
}

function argumentsOf(
  options: VirtInstallOptions,
  install: OptionUse | undefined,
): Pick<InstallMethod, 'extraArgs' | 'overwriteArgs'> {
  const extraArgs = options.lists['extra-args'] ?? [];
  const kernelArgs = given(install, 'kernel_args');
  if (kernelArgs === undefined) return { extraArgs };
  const overwrites = switchOf(install, 'kernel_args_overwrite') === true;
  return overwrites ? { extraArgs, overwriteArgs: kernelArgs } : { extraArgs: [kernelArgs] };
}

/** Kernel and initrd are given to QEMU: `--location`, `--install kernel=`. */
export const bootsKernel = ({ kind }: InstallMethod): boolean => kind === 'location' || kind === 'kernel';

/** Whether something is installed: otherwise the guest has one XML only. */
export const hasInstallPhase = (method: InstallMethod): boolean =>
  !method.noInstall && (method.bootDevice !== undefined || bootsKernel(method));
