import type { Loader } from '../spec/build-spec.ts';
import type { MediaSource } from './install-media.ts';
import { parseMediaLocator } from './media-locator.ts';
import { PLANNED_TREE, type ServedTree, treeUrl } from './served-tree.ts';

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

/** The same ISO's packages from a web server of Kiln's: no more is signed there, and no more is asked for. */
export const servedIsoArguments = ({ host, folder }: ServedTree, suite: string): readonly string[] => [
  ...mirrorArguments(host, folder, suite),
  `mirror/codename=${suite}`,
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

/**
 * What media add to the kernel command line, where that is known whole before anything is fetched or opened.
 * @param loader who starts the installer's kernel: to one that iPXE started, Kiln serves the packages of its own ISO
 */
export function knownArguments({ kind, from }: MediaSource, loader?: Loader): readonly string[] | undefined {
  if (kind !== 'location') return undefined;
  const locator = parseMediaLocator(from);
  if (locator.scheme !== 'debian-offline') return undefined;
  return loader === 'ipxe' ? servedIsoArguments(PLANNED_TREE, locator.suite) : OWN_ISO_ARGUMENTS;
}

export type MediaWords = {
  /** As far as the rest of the plan tells. */
  readonly mayBeAnaconda: boolean;
  readonly loader: Loader | undefined;
};

/** What media will add to the kernel command line, for a plan: as far as that is known before anything is fetched or opened. */
export function addedArguments(
  source: MediaSource,
  { mayBeAnaconda, loader }: MediaWords,
): string | undefined {
  if (source.kind !== 'location') return undefined;
  const locator = parseMediaLocator(source.from);
  switch (locator.scheme) {
    case 'debian-offline':
      return knownArguments(source, loader)?.join(' ');
    case 'apt-mirror':
      return mirrorArguments('<host>', '<folder>', locator.suite).join(' ');
    case 'url':
      return mayBeAnaconda ? 'inst.repo=<its address> if it is an Anaconda tree' : undefined;
    case 'path':
      return mayBeAnaconda ? anacondaPath(loader) : undefined;
  }
}

const anacondaPath = (loader: Loader | undefined): string =>
  loader === 'ipxe'
    ? `inst.repo=${treeUrl(PLANNED_TREE)} if it is an Anaconda tree or ISO`
    : 'inst.stage2=hd:LABEL=<its label> if it is an Anaconda ISO';
