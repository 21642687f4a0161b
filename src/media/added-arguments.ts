import type { MediaSource } from './install-media.ts';
import { parseMediaLocator } from './media-locator.ts';

/**
 * Kiln's offline ISO needs no network and no mirror, asks no server of security updates, and its index is not signed (it was checked when the ISO was made). Debian's own
 * media get none of these: they go on to a signed mirror.
 */
export const OWN_ISO_ARGUMENTS: readonly string[] = [
  'netcfg/enable=false',
  'apt-setup/use_mirror=false',
  'apt-setup/no_mirror=true',
  'apt-setup/services-select=',
  'debian-installer/allow_unauthenticated=true',
];

/** So that the installer goes on with the mirror that this machine's apt uses (Debian installation guide, B.4.3). */
export function mirrorArguments(host: string, directory: string, suite: string): readonly string[] {
  return [
    'mirror/country=manual',
    'mirror/protocol=http',
    `mirror/http/hostname=${host}`,
    `mirror/http/directory=${directory}`,
    'mirror/http/proxy=',
    `mirror/suite=${suite}`,
    'netcfg/choose_interface=auto',
  ];
}

/** What media add to the kernel command line, where that is known whole before anything is fetched or opened. */
export function knownArguments({ kind, from }: MediaSource): readonly string[] | undefined {
  if (kind === 'location')
    return parseMediaLocator(from).scheme === 'debian-offline' ? OWN_ISO_ARGUMENTS : undefined;
  return undefined;
}

/**
 * What media will add to the kernel command line, for a plan: as far as that is known before anything is fetched or opened.
 * @param mayBeAnaconda as far as the rest of the plan tells
 */
export function addedArguments({ kind, from }: MediaSource, mayBeAnaconda: boolean): string | undefined {
  if (kind !== 'location') return undefined;
  const locator = parseMediaLocator(from);
  switch (locator.scheme) {
    case 'debian-offline':
      return OWN_ISO_ARGUMENTS.join(' ');
    case 'apt-mirror':
      return mirrorArguments('<host>', '<folder>', locator.suite).join(' ');
    case 'url':
      return mayBeAnaconda ? 'inst.repo=<its address> if it is an Anaconda tree' : undefined;
    case 'path':
      return mayBeAnaconda ? 'inst.stage2=hd:LABEL=<its label> if it is an Anaconda ISO' : undefined;
  }
}
