import { assertNever } from '../foundation/assert-never.ts';
import type { InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';
import { type CloudData, openstackFiles } from './cloud-data.ts';
import type { SeedIso } from './create-seed-iso.ts';

export type SeedQuestion = {
  readonly kind: InstallScriptKind;
  readonly inject: InjectionMethod;
  readonly data: CloudData;
};

/** The volume that brings the script; undefined when it comes another way. */
export function seedFor({ kind, inject, data }: SeedQuestion): SeedIso | undefined {
  if (inject === 'seed-iso') return scriptSeed(kind, data.userData);
  return inject === 'config-drive' ? { label: 'config-2', files: openstackFiles(data) } : undefined;
}

/**
 * The volume on which an installer looks for its script by itself: Anaconda and YaST on one labelled OEMDRV (anaconda, boot-options.rst,
 * `inst.ks`; AutoYaST guide, "Invoking the auto-installation"), cloud-init, and so Subiquity, on one labelled CIDATA that needs a
 * `meta-data` too (cloud-init, datasource NoCloud); a user script is user data as well (cloud-init, "User-data formats").
 * @throws RangeError for a preseed: debian-installer looks on no volume
 */
export function scriptSeed(kind: InstallScriptKind, text: string): SeedIso {
  switch (kind) {
    case 'kickstart':
      return { label: 'OEMDRV', files: [{ name: 'ks.cfg', content: text }] };
    case 'autoyast':
      return { label: 'OEMDRV', files: [{ name: 'autoinst.xml', content: text }] };
    case 'autoinstall':
    case 'user-script':
      return {
        label: 'CIDATA',
        files: [
          { name: 'user-data', content: text },
          { name: 'meta-data', content: 'instance-id: kiln\n' },
        ],
      };
    case 'preseed':
      throw new RangeError('debian-installer reads no seed ISO');
    default:
      return assertNever(kind);
  }
}
