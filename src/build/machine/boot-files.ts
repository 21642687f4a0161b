import { chmod, copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import type { ResolvedLocation, ResolvedMedia } from '../../media/install-media.ts';
import { findOs } from '../../os/find-os.ts';
import {
  dialectOf,
  dialectOfScript,
  emulationArguments,
  installerArguments,
  joinArguments,
} from '../../os/kernel-arguments.ts';
import type { ScriptPlan } from '../../plan/build-plan.ts';
import { appendToInitrd } from '../../seed/append-to-initrd.ts';
import type { BuildDirectory } from '../build-directory.ts';
import type { Journal } from '../journal.ts';
import type { MachineMedia } from './machine-request.ts';

/** Kernel and initrd of a machine's install. */
export type BootFiles = {
  /** Where they come from. */
  readonly from: { readonly kernel: string; readonly initrd: string };
  /** Where the hypervisor gets them. */
  readonly kernel: string;
  readonly initrd: string;
};

/** Where libvirt's system daemon looks for such files itself; QEMU's user may enter it. */
export const SYSTEM_FOLDER = '/var/lib/libvirt/boot';

/** Decides where the files will be; nothing is copied yet. `isShared`: QEMU runs as a user who cannot enter the work folder. */
export function planBootFiles(
  media: MachineMedia,
  resolved: ResolvedMedia | undefined,
  directory: BuildDirectory,
  options: { readonly buildId: string; readonly isShared: boolean },
): BootFiles | undefined {
  const from = sourcesOf(media, resolved);
  if (from === undefined) return undefined;
  const folder = options.isShared ? join(SYSTEM_FOLDER, `kiln-${options.buildId}`) : directory.work;
  return { from, kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
}

function sourcesOf(media: MachineMedia, resolved: ResolvedMedia | undefined): BootFiles['from'] | undefined {
  if (resolved?.kind === 'location') return { kernel: resolved.kernelPath, initrd: resolved.initrdPath };
  if (media.kind !== 'kernel') return undefined;
  return { kernel: media.kernel, initrd: media.initrd };
}

/** What goes into the initrd beside its own content. */
export type Injected = { readonly name: string; readonly content: string | Uint8Array };

/**
 * The files `--initrd-inject` names, under their own names, and the script's.
 * @throws SpecError `spec.invalid` for a file that cannot be read
 */
export async function readInjected(
  paths: readonly string[],
  script: { readonly plan: ScriptPlan; readonly text: string } | undefined,
): Promise<Injected[]> {
  const files = await Promise.all(
    paths.map(async (path) => ({ name: basename(path), content: await readFileToInject(path) })),
  );
  if (script?.plan.inject !== 'initrd') return files;
  return [...files, { name: script.plan.installName, content: script.text }];
}

async function readFileToInject(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new SpecError('spec.invalid', `--initrd-inject ${path}: the file cannot be read.`, { cause });
  }
}

/** Puts the files where the plan says, with what is injected. */
export async function makeBootFiles(
  files: BootFiles,
  injected: readonly Injected[],
  journal: Journal,
  directory: BuildDirectory,
): Promise<void> {
  const { from, kernel, initrd } = files;
  const folder = join(kernel, '..');
  if (folder !== directory.work) {
    journal.note({ kind: 'path', path: folder });
    await mkdir(folder, { mode: 0o755 });
  }
  await copyFile(from.kernel, kernel);
  if (injected.length === 0) await copyFile(from.initrd, initrd);
  else await appendToInitrd(from.initrd, injected, initrd);
  if (folder === directory.work) return;
  for (const path of [kernel, initrd]) await chmod(path, 0o644);
}

/** `true` where the system daemon's folder is there, so that files for its QEMU belong into it. */
export async function hasSystemFolder(): Promise<boolean> {
  return stat(SYSTEM_FOLDER).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/**
 * What Kiln puts on the installer's command line beside the user's own words: with a script all that it needs, else the place of the
 * packages, as virt-install does, and what an emulated kernel of `--location` needs to get over its timer test.
 */
export function installArguments(
  location: ResolvedLocation | undefined,
  script: ScriptPlan | undefined,
  extraArgs: readonly string[],
  isEmulated: boolean,
): readonly string[] {
  const { family, osId, kernelArguments = [] } = location?.facts ?? {};
  const url = location?.tree?.kind === 'url' ? location.tree.url : undefined;
  const name = family === 'anaconda' ? 'inst.repo' : family === 'autoyast' ? 'install' : undefined;
  const place = url === undefined || name === undefined ? [] : [`${name}=${url}`];
  const os = osId === undefined ? undefined : findOs(osId);
  const dialect = script && ((os && dialectOf(os, script.kind)) ?? dialectOfScript(script.kind));
  const needed = dialect === undefined ? [] : installerArguments(dialect, script);
  const usual = (os && dialectOf(os, undefined)) ?? (family === 'autoyast' ? 'linuxrc' : 'dracut');
  const emulation = isEmulated ? emulationArguments(dialect ?? (location && usual)) : [];
  const ours =
    dialect === undefined
      ? [...place, ...emulation]
      : joinArguments(joinArguments(kernelArguments, place), [...needed, ...emulation]);
  // What the user says of an argument counts.
  const users = extraArgs.flatMap((text) => text.split(/\s+/));
  return ours.filter((own) => joinArguments([own], users).length > users.length);
}
