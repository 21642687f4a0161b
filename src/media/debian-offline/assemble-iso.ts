import { copyFile, link, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeEfiImage } from '../../boot-image/make-efi-image.ts';
import { writeHybridIso } from '../../boot-image/write-hybrid-iso.ts';
import { digestFile } from '../../foundation/digest-file.ts';
import { MediaError } from '../../foundation/errors.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { runCommand } from '../../process/run-command.ts';
import { grubMenu, isolinuxMenu } from './boot-menu.ts';
import { archiveFileName, type ControlStanza } from './control-file.ts';
import { type GatheredComponent, gatherComponents } from './gather-components.ts';
import { extendInitrd } from './installer-initrd.ts';
import { componentStanzas, debStanzas, packagesFiles, releaseFile } from './package-index.ts';
import type { AptContext } from './private-apt.ts';
import type { OfflineRecipe } from './recipe.ts';
import { fetchPackage, type OfflineSelection } from './select-packages.ts';

export type Assembly = AptContext & {
  readonly recipe: OfflineRecipe;
  readonly selection: OfflineSelection;
  /** Empty folder for the work; the caller removes it. */
  readonly folder: string;
  /** Becomes every date in the ISO: when the packages' index was made. */
  readonly date: Date;
  readonly onStep?: (step: string) => void;
};

/** Downloads and repacks what was selected and writes the ISO to `path`. */
export async function assembleIso(assembly: Assembly, path: string): Promise<void> {
  const { selection, recipe, folder } = assembly;
  const tree = join(folder, 'iso');
  assembly.onStep?.(`downloading ${selection.debs.length} packages`);
  for (const names of selection.wanted) await selection.view.fetchWithDependencies(names);
  await placeDebs(assembly, tree);
  assembly.onStep?.('preparing the installer');
  const kernelRoot = await unpackKernel(assembly);
  const components = await gatherComponents({
    selection,
    folder,
    kernelRoot,
    date: assembly.date,
    context: assembly,
  });
  await writeIndexes(assembly, components, tree);
  await makeFolder(join(tree, 'install.amd'));
  await copyFile(selection.kernelPath, join(tree, 'install.amd/vmlinuz'));
  const initrd = await extendInitrd(
    selection.initrd,
    components,
    recipe.removedComponents,
    kernelRoot,
    folder,
    assembly,
  );
  await writeFile(join(tree, 'install.amd/initrd.gz'), initrd);
  assembly.onStep?.('writing the ISO');
  const hybridMbr = await placeBootLoaders(assembly, tree);
  const { volumeLabel } = recipe;
  await writeHybridIso(
    { tree, volumeLabel, hybridMbr, efiImage: 'boot/grub/efi.img', date: assembly.date },
    path,
    assembly,
  );
}

/** Links each package to its place in the archive, after checking it against the index once more. */
async function placeDebs({ selection }: Assembly, tree: string): Promise<void> {
  for (const stanza of selection.debs) {
    const source = join(selection.view.archives, archiveFileName(stanza));
    await checkSum(source, stanza);
    const target = join(tree, stanza.field('Filename') ?? '');
    await makeFolder(dirname(target));
    await link(source, target);
  }
}

async function checkSum(path: string, stanza: ControlStanza): Promise<void> {
  const [expected, got] = [stanza.field('SHA256') ?? '', await digestFile(path, 'sha256')];
  if (expected === got) return;
  throw new MediaError(
    'media.checksum',
    `The downloaded package ${stanza.name} has SHA-256 ${got}, its index says ${expected}. Remove Kiln's media cache and ` +
      'try again.',
    { details: { expected, got } },
  );
}

async function unpackKernel({ selection, folder, ...context }: Assembly): Promise<string> {
  const version = selection.initrd.kernelVersion;
  const root = join(folder, 'kernel');
  const package_ = await fetchPackage(selection.view, `linux-image-${version}`);
  await runCommand('dpkg-deb', ['--extract', package_, root], context);
  // depmod -b looks in <base>/lib/modules; Debian's packages have /usr/lib alone.
  await symlink('usr/lib', join(root, 'lib'));
  await runCommand('depmod', ['-b', root, version], context);
  return root;
}

/** `.disk` (what debian-installer and apt-cdrom know a medium by), `dists` and the installer components' files. */
async function writeIndexes(
  { selection, recipe, date }: Assembly,
  components: readonly GatheredComponent[],
  tree: string,
): Promise<void> {
  const files = [
    ...packagesFiles(`main/binary-${recipe.arch}`, debStanzas(selection.debs, recipe.leftOut)),
    ...packagesFiles(`main/debian-installer/binary-${recipe.arch}`, componentStanzas(components)),
  ];
  const release = releaseFile(recipe.suite, recipe.release, recipe.arch, date, files);
  const day = date.toISOString().slice(0, 10).replaceAll('-', '');
  const title = `Debian GNU/Linux ${recipe.release} "${recipe.suite}" - Unofficial Kiln offline ${recipe.arch} ${day}`;
  const all: readonly (readonly [string, string | Buffer])[] = [
    ...files.map(({ path, content }) => [`dists/${recipe.suite}/${path}`, content] as const),
    ...components.map(({ filename, content }) => [filename, content] as const),
    [`dists/${recipe.suite}/Release`, release],
    ['.disk/info', `${title}\n`],
    ['.disk/base_components', 'main\n'],
    ['.disk/base_installable', ''],
    ['.disk/cd_type', 'full_cd/single\n'],
    ['.disk/udeb_include', ''],
  ];
  for (const [path, content] of all) {
    await makeFolder(dirname(join(tree, path)));
    await writeFile(join(tree, path), content);
  }
  await symlink(recipe.suite, join(tree, 'dists/stable'));
}

/** ISOLINUX and Debian's GRUB for optical media, which reads /boot/grub/grub.cfg of the disc with `.disk/info`. */
async function placeBootLoaders(assembly: Assembly, tree: string): Promise<string> {
  const { selection, folder, date } = assembly;
  const root = join(folder, 'boot-loaders');
  for (const name of ['isolinux', 'syslinux-common', 'grub-efi-amd64-unsigned']) {
    const package_ = await fetchPackage(selection.view, name);
    await runCommand('dpkg-deb', ['--extract', package_, root], assembly);
  }
  await makeFolder(join(tree, 'isolinux'));
  await makeFolder(join(tree, 'boot/grub'));
  await copyFile(join(root, 'usr/lib/ISOLINUX/isolinux.bin'), join(tree, 'isolinux/isolinux.bin'));
  await copyFile(join(root, 'usr/lib/syslinux/modules/bios/ldlinux.c32'), join(tree, 'isolinux/ldlinux.c32'));
  await writeFile(join(tree, 'isolinux/isolinux.cfg'), isolinuxMenu());
  await writeFile(join(tree, 'boot/grub/grub.cfg'), grubMenu());
  const grub = join(root, 'usr/lib/grub/x86_64-efi/monolithic/gcdx64.efi');
  await makeEfiImage({ bootLoader: grub, date }, join(tree, 'boot/grub/efi.img'), assembly);
  return join(root, 'usr/lib/ISOLINUX/isohdpfx.bin');
}
