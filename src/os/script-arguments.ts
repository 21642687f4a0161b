import { assertNever } from '../foundation/assert-never.ts';
import type { InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';
import type { KernelDialect } from './operating-system.ts';

export type InjectedScript = { readonly kind: InstallScriptKind; readonly inject: InjectionMethod };

/**
 * Where a build's web server has its files, as a plan says it: port and secret path are known only when the build runs, which puts them
 * in this text's place.
 */
export const SERVED_AT = 'http://10.0.2.2:<port>/<secret>/';

/** Where clouds answer (Amazon EC2 user guide, "Instance metadata"; OpenStack, "Metadata service"). */
const METADATA = 'http://169.254.169.254/';
const CONFIG_DRIVE_FILE = 'openstack/latest/user_data';

/** An address or a path the installer fetches the script from; undefined where it finds it by itself. */
function webAddress({ inject }: InjectedScript, name: string): string | undefined {
  if (inject === 'http') return `${SERVED_AT}${name}`;
  return inject === 'metadata' ? `${METADATA}latest/user-data` : undefined;
}

/** Anaconda's and kickseed's ways to name a kickstart file are the same. */
function kickstartPlace(script: InjectedScript): string | undefined {
  if (script.inject === 'initrd') return 'file:/ks.cfg';
  if (script.inject === 'config-drive') return `hd:LABEL=config-2:/${CONFIG_DRIVE_FILE}`;
  return webAddress(script, 'ks.cfg');
}

function autoyastPlace(script: InjectedScript): string | undefined {
  if (script.inject === 'initrd') return 'file:///autoinst.xml';
  if (script.inject === 'config-drive') return `label://config-2/${CONFIG_DRIVE_FILE}`;
  return webAddress(script, 'autoinst.xml');
}

const named = (word: string, place: string | undefined, ...besides: readonly string[]): readonly string[] =>
  place === undefined ? [] : [`${word}=${place}`, ...besides];

/**
 * What tells the installer where its script is, and that it needs the network for it. debian-installer: `auto` puts off the questions
 * that come before the network, and the network is wanted even where the media say it is not (Debian installation guide, B.2.3).
 * kickseed: without the word `auto` or `url` somewhere on the line d-i runs one installer for each console, and two of them read the file
 * into each other's way; an interface chosen by itself has that word. casper: `ds=` names cloud-init's source (cloud-init, "NoCloud");
 * without `autoinstall` Subiquity asks before it writes to the disk.
 */
export function scriptArguments(
  dialect: KernelDialect,
  script: InjectedScript | undefined,
): readonly string[] {
  if (script === undefined) return dialect === 'kickseed' ? ['netcfg/choose_interface=auto'] : [];
  const online = script.inject === 'http' || script.inject === 'metadata';
  switch (dialect) {
    case 'debian-installer':
      return named(
        'url',
        webAddress(script, 'preseed.cfg'),
        'auto=true',
        'netcfg/enable=true',
        'netcfg/choose_interface=auto',
      );
    case 'kickseed':
      return [
        ...named('ks', kickstartPlace(script)),
        'netcfg/choose_interface=auto',
        ...(online ? ['netcfg/enable=true'] : []),
      ];
    case 'dracut':
      return named('inst.ks', kickstartPlace(script));
    case 'anaconda-old':
      return named('ks', kickstartPlace(script), ...(online ? ['ksdevice=link'] : []));
    case 'casper':
      return [...(script.kind === 'autoinstall' ? ['autoinstall'] : []), `ds=${cloudSource(script)}`];
    case 'linuxrc':
      return named('autoyast', autoyastPlace(script));
    case 'test-installer':
      return testArguments(script);
    default:
      return assertNever(dialect);
  }
}

function cloudSource({ inject }: InjectedScript): string {
  switch (inject) {
    case 'http':
      return `nocloud-net;s=${SERVED_AT}`;
    case 'metadata':
      return `nocloud-net;s=${METADATA}nocloud/`;
    case 'config-drive':
      return 'configdrive';
    default:
      return 'nocloud';
  }
}

/** It looks in its initrd and on OEMDRV by itself. */
function testArguments(script: InjectedScript): readonly string[] {
  if (script.inject === 'initrd') return [];
  if (script.kind === 'user-script') return [`ds=${cloudSource(script)}`];
  return script.kind === 'preseed'
    ? named('url', webAddress(script, 'preseed.cfg'))
    : named('inst.ks', kickstartPlace(script));
}
