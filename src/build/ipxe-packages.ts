import { servedIsoArguments } from '../media/added-arguments.ts';
import { type AddedFile, networkInstall } from '../media/debian-offline/network-install.ts';
import type { ResolvedLocation } from '../media/install-media.ts';
import { type ServedTree, treeUrl } from '../media/served-tree.ts';
import { findOs } from '../os/find-os.ts';

/** How an installer that iPXE started gets at the packages of its media. */
export type IpxePackages = {
  /** `drive`: it wants the ISO as a CD; `http`: it fetches from us, or from where the tree came from. */
  readonly kind: 'drive' | 'http';
  /** What the media put on the kernel's command line then. */
  kernelArguments(tree: ServedTree): readonly string[];
  /** Put into the initrd. */
  files(tree: ServedTree): readonly AddedFile[];
};

const NO_FILES = (): readonly AddedFile[] => [];

export async function ipxePackages({ facts, tree, initrdPath }: ResolvedLocation): Promise<IpxePackages> {
  const asBefore = { kernelArguments: () => facts.kernelArguments, files: NO_FILES };
  if (tree?.kind === 'url') return { kind: 'http', ...asBefore };
  if (facts.family === 'anaconda')
    return { kind: 'http', kernelArguments: (served) => [`inst.repo=${treeUrl(served)}`], files: NO_FILES };
  const suite = facts.family === 'debian-installer' ? debianSuite(facts.osId) : undefined;
  const files = suite === undefined ? undefined : await networkInstall(initrdPath);
  if (suite === undefined || files === undefined) return { kind: 'drive', ...asBefore };
  return {
    kind: 'http',
    kernelArguments: (served) => servedIsoArguments(served, suite),
    files: ({ host }) => files(host),
  };
}

/** The suite whose packages the media hold. */
function debianSuite(osId: string | undefined): string | undefined {
  return osId === undefined ? undefined : findOs(osId)?.suites[0];
}
