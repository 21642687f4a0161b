import { type OverrideSettings, overrideSettings } from '../../spec/override-settings.ts';
import type { InstallMethod } from '../../virt-install/install-method.ts';
import { hasFlag, type VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import { KEEP_POLICIES, type KeepPolicy } from '../build-context.ts';

export type OwnOptions = OverrideSettings & { readonly keep: KeepPolicy | undefined };

/** The options that virt-install does not have, with the media they are about; what is wrong with them stands in the list. */
export function readOwnOptions(
  options: VirtInstallOptions,
  method: Pick<InstallMethod, 'cdrom' | 'location'>,
  cwd: string,
): OwnOptions {
  const { values, lists } = options;
  const { settings, list } = overrideSettings(
    {
      cdrom: method.cdrom,
      location: locationWords(method),
      checksum: values['media-checksum'],
      script: values.script,
      inject: values.inject,
      outputs: lists.format,
      publish: lists.publish,
      rootPasswordFile: values['root-password-file'],
      rootPasswordEnv: values['root-password-env'],
      variables: lists.var,
      timeout: values.timeout,
      stall: values.stall,
      bootCheckLimit: values['boot-check-limit'],
      noBootCheck: hasFlag(options, 'no-boot-check'),
    },
    cwd,
  );
  const keep = KEEP_POLICIES.find((policy) => policy === values.keep);
  if (values.keep !== undefined && keep === undefined) {
    list.add('--keep', `takes ${KEEP_POLICIES.join(', ')}, not "${values.keep}"`);
  }
  if (hasFlag(options, 'no-capture') && lists.publish !== undefined) {
    list.add('--publish', 'needs the image that --no-capture leaves out; choose one');
  }
  return { settings, keep, list };
}

function locationWords({ location }: Pick<InstallMethod, 'location'>): string | undefined {
  if (location === undefined) return undefined;
  const { from, kernel, initrd } = location;
  return [from, kernel && `kernel=${kernel}`, initrd && `initrd=${initrd}`].filter(Boolean).join(',');
}
