import { SpecError } from '../foundation/errors.ts';
import type { MediaKind } from '../media/install-media.ts';
import type { InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';

/** Names under which installers look for their script by themselves. */
const INITRD_NAMES: Readonly<Record<InstallScriptKind, string | undefined>> = {
  preseed: 'preseed.cfg',
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  // cloud-init reads no file of the initrd.
  autoinstall: undefined,
};
const SEED_NAMES: Readonly<Record<InstallScriptKind, string | undefined>> = {
  // OEMDRV: Anaconda and linuxrc. CIDATA: cloud-init. debian-installer looks at no second medium.
  kickstart: 'ks.cfg',
  autoyast: 'autoinst.xml',
  autoinstall: 'user-data',
  preseed: undefined,
};

export type Injection = { readonly inject: InjectionMethod; readonly installName: string };

export type InjectionQuestion = {
  readonly kind: InstallScriptKind;
  readonly media: MediaKind;
  /** By the template or --inject. */
  readonly wanted?: InjectionMethod | undefined;
};

/**
 * How the script reaches the installer: in the initrd where its kernel is booted directly, else on a second CD-ROM.
 * @throws SpecError `script.no-injection`
 */
export function chooseInjection({ kind, media, wanted }: InjectionQuestion): Injection {
  const names = {
    initrd: INITRD_NAMES[kind],
    'seed-iso': SEED_NAMES[kind],
    none: INITRD_NAMES[kind] ?? SEED_NAMES[kind],
  };
  if (media === 'import')
    throw impossible('--import starts from an installed disk, which reads no install script; leave it out');
  const inject = wanted ?? (media === 'location' && names.initrd !== undefined ? 'initrd' : 'seed-iso');
  if (inject === 'initrd' && media === 'cdrom') throw impossible(CDROM_HAS_NO_INITRD);
  const installName = names[inject];
  if (installName !== undefined) return { inject, installName };
  if (kind === 'preseed')
    throw impossible(
      "debian-installer finds a preseed file only in its initrd, which an ISO booted with --cdrom brings along. Use --location with the same ISO: Kiln then boots the ISO's kernel directly and adds the preseed to the initrd",
    );
  throw impossible(`an installer of ${kind} cannot be given its script by ${inject}`);
}

const CDROM_HAS_NO_INITRD =
  'adding to the initrd needs direct kernel boot; use --location with the same ISO instead of --cdrom';

function impossible(why: string): SpecError {
  return new SpecError('script.no-injection', `The install script cannot reach the installer: ${why}.`);
}
