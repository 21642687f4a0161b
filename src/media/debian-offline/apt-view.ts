import { makeFolder } from '../../foundation/make-folder.ts';
import { type ControlStanza, parseControlFile } from './control-file.ts';
import type { DebianMirror } from './debian-mirror.ts';
import { type AptContext, archivesOf, privateApt } from './private-apt.ts';
import type { SuiteLists } from './suite-lists.ts';

/** Apt working on one component of a suite whose lists have been fetched. */
export type AptView = {
  /** The component's packages. */
  packages(): Promise<readonly ControlStanza[]>;
  /** Names of what would be installed into an empty system, dependencies included. */
  resolve(names: readonly string[]): Promise<string[]>;
  /** Downloads these packages and their dependencies into the archives folder, checked against the signed index. */
  fetchWithDependencies(names: readonly string[]): Promise<void>;
  /** Downloads exactly these packages into `folder`, checked against the signed index. */
  fetch(names: readonly string[], folder: string): Promise<void>;
  /** Downloads one file, by its name in the index, with its checksum. */
  fetchFile(stanza: ControlStanza, path: string): Promise<void>;
  /** Where `fetchWithDependencies` leaves the packages. */
  readonly archives: string;
};

export async function openAptView(
  folder: string,
  mirror: DebianMirror,
  { suite, lists }: SuiteLists,
  component: string,
  context: AptContext,
): Promise<AptView> {
  const run = await privateApt(folder, { mirror, suite, components: [component], lists }, context);
  const install = ['-y', '--no-install-recommends'];
  const readPackages = async (): Promise<readonly ControlStanza[]> => {
    const targets = await run('apt-get', ['indextargets', '--format', '$(FILENAME)', 'Created-By: Packages']);
    const [index = ''] = targets.stdout.split('\n');
    return parseControlFile((await run('/usr/lib/apt/apt-helper', ['cat-file', index])).stdout);
  };
  // The index has 60 000 paragraphs: parsing it again for every package would take longer than all else.
  let packages: Promise<readonly ControlStanza[]> | undefined;
  return {
    archives: archivesOf(folder),
    packages: () => {
      packages ??= readPackages();
      return packages;
    },
    resolve: async (names) => {
      const { stdout } = await run('apt-get', [...install, '--simulate', 'install', ...names]);
      return [...stdout.matchAll(/^Inst (\S+) \(/gm)].map((match) => match[1] ?? '');
    },
    fetchWithDependencies: async (names) => {
      await run('apt-get', [...install, '--download-only', 'install', ...names]);
    },
    fetch: async (names, target) => {
      await makeFolder(target);
      await run('apt-get', ['download', ...names], target);
    },
    fetchFile: async (stanza, path) => {
      const url = new URL(stanza.field('Filename') ?? '', mirror.baseUri).href;
      await run('/usr/lib/apt/apt-helper', [
        'download-file',
        url,
        path,
        `SHA256:${stanza.field('SHA256') ?? ''}`,
      ]);
    },
  };
}
