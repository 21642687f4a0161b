import { assertNever } from '../foundation/assert-never.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import type { SeedIso } from './create-seed-iso.ts';

/**
 * The volume on which an installer looks for its script by itself: Anaconda and YaST on one labelled OEMDRV (anaconda, boot-options.rst,
 * `inst.ks`; AutoYaST guide, "Invoking the auto-installation"), cloud-init, and so Subiquity, on one labelled CIDATA that needs a
 * `meta-data` too (cloud-init, datasource NoCloud).
 * @throws RangeError for a preseed: debian-installer looks on no volume
 */
export function scriptSeed(kind: InstallScriptKind, text: string): SeedIso {
  switch (kind) {
    case 'kickstart':
      return { label: 'OEMDRV', files: [{ name: 'ks.cfg', content: text }] };
    case 'autoyast':
      return { label: 'OEMDRV', files: [{ name: 'autoinst.xml', content: text }] };
    case 'autoinstall':
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
