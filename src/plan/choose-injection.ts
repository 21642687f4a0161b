import { SpecError } from '../foundation/errors.ts';
import type { MediaKind } from '../media/install-media.ts';
import type { BuildSpec, InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';

/** Names under which installers look for their script by themselves. */
const INITRD_NAMES: Readonly<Record<InstallScriptKind, string | undefined>> = {
  preseed: 'preseed.cfg',
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  // cloud-init reads no file of the initrd.
  autoinstall: undefined,
  'user-script': undefined,
};
const SEED_NAMES: Readonly<Record<InstallScriptKind, string | undefined>> = {
  // OEMDRV: Anaconda and linuxrc. CIDATA: cloud-init. debian-installer looks at no second medium.
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  autoinstall: 'user-data',
  'user-script': 'user-data',
  preseed: undefined,
};
const SERVED_NAMES: Readonly<Record<InstallScriptKind, string>> = {
  preseed: 'preseed.cfg',
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  autoinstall: 'user-data',
  'user-script': 'user-data',
};

/** cloud-init finds its user data on every labelled volume by itself. */
const readsCloudData = (kind: InstallScriptKind): boolean => kind === 'autoinstall' || kind === 'user-script';

export type Injection = { readonly inject: InjectionMethod; readonly installName: string };

export type InjectionQuestion = {
  readonly kind: InstallScriptKind;
  readonly media: MediaKind;
  /** By the template or --inject. */
  readonly wanted?: InjectionMethod | undefined;
  /** Of the guest; undefined where no server can run for it, as for an image that is only made. */
  readonly network: BuildSpec['network'] | undefined;
  readonly loader?: BuildSpec['loader'] | undefined;
};

/**
 * How the script reaches the installer: in the initrd where its kernel is booted directly, else on a second CD-ROM.
 * @throws SpecError `script.no-injection`
 */
export function chooseInjection(question: InjectionQuestion): Injection {
  const { kind, media, wanted, network } = question;
  if (media === 'import' && kind !== 'user-script')
    throw impossible(
      '--import starts from an installed disk, whose cloud-init runs a script that begins with #! and no other',
    );
  const inject = wanted ?? (media === 'location' && INITRD_NAMES[kind] !== undefined ? 'initrd' : 'seed-iso');
  const why = whyNot(inject, question);
  if (why !== undefined) throw impossible(why);
  const installName = nameFor(inject, kind);
  if (installName !== undefined) return { inject, installName };
  if (kind === 'preseed')
    throw impossible(media === 'location' ? preseedNotBy(inject) : PRESEED_NEEDS_INITRD);
  // An image that is only made takes the script in its initrd or not at all.
  const instead =
    network === undefined ? '' : '; leave --inject out, or use seed-iso, config-drive, http or metadata';
  throw impossible(`an installer of ${kind} cannot be given its script by ${inject}${instead}`);
}

function nameFor(inject: InjectionMethod, kind: InstallScriptKind): string | undefined {
  switch (inject) {
    case 'initrd':
      return INITRD_NAMES[kind];
    case 'seed-iso':
      return SEED_NAMES[kind];
    case 'none':
      return INITRD_NAMES[kind] ?? SEED_NAMES[kind];
    case 'config-drive':
      // debian-installer mounts no volume by its label.
      return kind === 'preseed' ? undefined : 'openstack/latest/user_data';
    case 'http':
      return SERVED_NAMES[kind];
    case 'metadata':
      return 'latest/user-data';
  }
}

/** A method that cannot work with this way of booting or this network. */
function whyNot(
  inject: InjectionMethod,
  { kind, media, network, loader }: InjectionQuestion,
): string | undefined {
  const served = inject === 'http' || inject === 'metadata';
  if (served && network === undefined) return `${inject} needs a server that lives as long as the install`;
  if (served && network !== 'user')
    return `${inject} reaches the installer through the guest's network, and it has none; leave --network out`;
  if (inject === 'metadata' && loader === 'ipxe')
    return "metadata makes a network of its own for the guest, in which iPXE cannot reach Kiln's web server; use http";
  if (media === 'location') return undefined;
  const instead =
    media === 'import'
      ? 'use seed-iso or config-drive'
      : 'use --location with the same ISO instead of --cdrom';
  if (inject === 'initrd') return `adding to the initrd needs direct kernel boot; ${instead}`;
  if (inject === 'http')
    return `the address is told on the kernel's command line, which needs direct kernel boot; ${instead}`;
  if (inject === 'config-drive' && !readsCloudData(kind))
    return `an installer of ${kind} looks at a config drive only if its kernel's command line says so, which needs direct kernel boot; ${instead}`;
  return undefined;
}

const preseedNotBy = (inject: InjectionMethod): string =>
  `debian-installer looks for a preseed file on no second medium (${inject}); leave --inject out, which puts it into the initrd, or use http or metadata`;

const PRESEED_NEEDS_INITRD =
  "debian-installer finds a preseed file only in its initrd, which an ISO booted with --cdrom brings along. Use --location with the same ISO: Kiln then boots the ISO's kernel directly and adds the preseed to the initrd";

function impossible(why: string): SpecError {
  return new SpecError('script.no-injection', `The install script cannot reach the installer: ${why}.`);
}
