import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { runCommand } from '../../process/run-command.ts';
import { type AptView, openAptView } from './apt-view.ts';
import { basePackages, installerComponents } from './choose-packages.ts';
import type { ControlStanza } from './control-file.ts';
import type { DebianMirror } from './debian-mirror.ts';
import { type InstallerInitrd, readInstallerInitrd } from './installer-initrd.ts';
import type { AptContext } from './private-apt.ts';
import type { OfflineRecipe } from './recipe.ts';
import type { SuiteLists } from './suite-lists.ts';

/** What an ISO will be made of; of the packages only the netboot image has been fetched. */
export type OfflineSelection = {
  readonly view: AptView;
  readonly componentView: AptView;
  /** Packages of the installed system, and the two sets of boot loader packages that conflict with each other. */
  readonly wanted: readonly (readonly string[])[];
  readonly debs: readonly ControlStanza[];
  readonly components: readonly ControlStanza[];
  readonly initrd: InstallerInitrd;
  readonly kernelPath: string;
  /** Digest of the recipe and every package's name, version and checksum. */
  readonly inputs: string;
};

const SYSTEM = 'main';
const INSTALLER = 'main/debian-installer';
/** Of the archive; lists of all of them are needed to select from. */
export const OFFLINE_COMPONENTS = [SYSTEM, INSTALLER];

const BOOT_LOADERS = ['grub-pc', 'grub-efi-amd64'];

/** @throws MediaError `media.unavailable` when the suite lacks the netboot image; CommandError when apt fails */
export async function selectPackages(
  mirror: DebianMirror,
  recipe: OfflineRecipe,
  lists: SuiteLists,
  aptFolder: string,
  workFolder: string,
  context: AptContext,
): Promise<OfflineSelection> {
  // Apart, since some components provide what packages of the installed system depend on.
  const open = (name: string, component: string): Promise<AptView> =>
    openAptView(join(aptFolder, name), mirror, lists, component, context);
  const view = await open('debs', SYSTEM);
  const componentView = await open('components', INSTALLER);
  const [packages, available] = await Promise.all([view.packages(), componentView.packages()]);
  refuseUnknown(recipe, packages);
  const { initrd, kernelPath } = await fetchNetbootImage(view, recipe, workFolder, context);
  const present = new Set(initrd.status.map(({ name }) => name));
  const components = installerComponents(available, present, initrd.kernelVersion, recipe);
  const system = [...basePackages(packages, recipe), recipe.kernelPackage, ...recipe.extraPackages];
  const wanted = BOOT_LOADERS.map((loader) => [...system, loader]);
  const names = new Set((await Promise.all(wanted.map(view.resolve))).flat());
  const debs = packages.filter(({ name }) => names.has(name));
  return {
    view,
    componentView,
    wanted,
    debs,
    components,
    initrd,
    kernelPath,
    inputs: digestOf(recipe, [...debs, ...components]),
  };
}

/** apt's own words for a name it does not know come after minutes of downloads. */
function refuseUnknown({ suite, extraPackages }: OfflineRecipe, packages: readonly ControlStanza[]): void {
  const known = new Set(packages.map(({ name }) => name));
  const unknown = extraPackages.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new MediaError(
    'media.unavailable',
    `Debian ${suite} has no package named ${unknown.join(', ')}; correct the name after debian-offline:${suite}/.`,
    { details: { suite, packages: unknown } },
  );
}

/** Kernel and initrd of the installer, out of the package that carries Debian's netboot image. */
async function fetchNetbootImage(
  view: AptView,
  recipe: OfflineRecipe,
  workFolder: string,
  context: AptContext,
): Promise<{ initrd: InstallerInitrd; kernelPath: string }> {
  const name = `debian-installer-${recipe.release}-netboot-${recipe.arch}`;
  const package_ = await fetchPackage(view, name);
  const root = join(workFolder, 'netboot');
  await runCommand('dpkg-deb', ['--extract', package_, root], context);
  const folder = join(
    root,
    `usr/lib/debian-installer/images/${recipe.release}/${recipe.arch}/text/debian-installer/${recipe.arch}`,
  );
  try {
    return {
      initrd: await readInstallerInitrd(join(folder, 'initrd.gz')),
      kernelPath: join(folder, 'linux'),
    };
  } catch (cause) {
    throw new MediaError(
      'media.unavailable',
      `The package ${name} does not hold the installer where it used to be. This suite may be newer than Kiln's recipe ` +
        'for it; name an installer ISO instead.',
      { cause },
    );
  }
}

/** Downloads one package into the view's archives, once per version, and returns its path. */
export async function fetchPackage(view: AptView, name: string): Promise<string> {
  await view.fetch([name], view.archives);
  const candidates = (await readdir(view.archives)).filter((file) => file.startsWith(`${name}_`));
  const stanza = (await view.packages()).find((candidate) => candidate.name === name);
  const wanted = candidates.find(
    (file) => file.split('_')[1] === stanza?.field('Version')?.replaceAll(':', '%3a'),
  );
  if (wanted === undefined) {
    throw new MediaError(
      'media.unavailable',
      `The Debian mirror has no package ${name}; name an installer ISO instead.`,
    );
  }
  return join(view.archives, wanted);
}

function digestOf(recipe: OfflineRecipe, stanzas: readonly ControlStanza[]): string {
  const lines = stanzas.map(
    (stanza) => `${stanza.name} ${stanza.field('Version')} ${stanza.field('SHA256')}`,
  );
  return createHash('sha256')
    .update([JSON.stringify(recipe), ...lines.sort()].join('\n'))
    .digest('hex');
}
