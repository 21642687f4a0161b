import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { CommandError, runCommand } from '../../process/run-command.ts';
import { moduleComponentOf } from './choose-packages.ts';
import { archiveFileName, type ControlStanza } from './control-file.ts';
import type { UnpackedComponent } from './installer-initrd.ts';
import { moduleFiles, parseModulesDep } from './kernel-modules.ts';
import type { PooledComponent } from './package-index.ts';
import type { AptContext } from './private-apt.ts';
import { E2FSPROGS_PACKAGES, MAY_BE_EMPTY, MODULES_BY_COMPONENT } from './recipe.ts';
import { buildUdeb, stageE2fsprogs, stageModules } from './repack-udeb.ts';
import { fetchPackage, type OfflineSelection } from './select-packages.ts';

export type GatheredComponent = PooledComponent & UnpackedComponent;

type Work = {
  readonly selection: OfflineSelection;
  readonly folder: string;
  /** The installer's kernel package, unpacked and indexed by depmod. */
  readonly kernelRoot: string;
  readonly date: Date;
  readonly context: AptContext;
};

const PARALLEL = 6;

/**
 * Every chosen installer component, from the mirror where it has the file (checked against the signed index), otherwise
 * repacked from ordinary packages of the same version.
 * @throws MediaError `media.unavailable` for a component that the mirror lacks and that cannot be repacked
 */
export async function gatherComponents(work: Work): Promise<GatheredComponent[]> {
  await makeFolder(join(work.folder, 'udebs'));
  const { components } = work.selection;
  const missing = (await inParallel(components, (stanza) => download(stanza, work))).filter(
    (stanza) => stanza !== undefined,
  );
  await repackAll(missing, work);
  return inParallel(components, (stanza) => unpack(stanza, work));
}

function pathOf(stanza: ControlStanza, work: Work): string {
  return join(work.folder, 'udebs', archiveFileName(stanza, 'udeb'));
}

/** Returns the component when the mirror does not have it. */
async function download(stanza: ControlStanza, work: Work): Promise<ControlStanza | undefined> {
  try {
    await work.selection.componentView.fetchFile(stanza, pathOf(stanza, work));
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (canRepack(stanza)) return stanza;
    throw new MediaError(
      'media.unavailable',
      `The Debian mirror lacks the installer component ${stanza.name}, or cannot be reached. Use a complete mirror or ` +
        'name an installer ISO instead.',
      { cause: error },
    );
  }
}

function canRepack({ name }: ControlStanza): boolean {
  const modules = MODULES_BY_COMPONENT[moduleComponentOf(name) ?? ''];
  return modules !== undefined || name === 'e2fsprogs-udeb' || MAY_BE_EMPTY.includes(name);
}

async function repackAll(missing: readonly ControlStanza[], work: Work): Promise<void> {
  const order = Object.keys(MODULES_BY_COMPONENT);
  const place = (stanza: ControlStanza): number => order.indexOf(moduleComponentOf(stanza.name) ?? '');
  const version = work.selection.initrd.kernelVersion;
  const folder = join('usr/lib/modules', version);
  const dependencies = parseModulesDep(await readFile(join(work.kernelRoot, folder, 'modules.dep'), 'utf8'));
  const taken = new Set(
    [...work.selection.initrd.entries.keys()].map((path) => path.slice(folder.length + 1)),
  );
  for (const stanza of [...missing].sort((a, b) => place(a) - place(b))) {
    const root = join(work.folder, 'repack', stanza.name);
    await makeFolder(root);
    const modules = MODULES_BY_COMPONENT[moduleComponentOf(stanza.name) ?? ''];
    if (modules !== undefined) {
      const files = moduleFiles(modules, dependencies).filter((file) => !taken.has(file));
      for (const file of files) taken.add(file);
      await stageModules(work.kernelRoot, version, files, root);
    } else if (stanza.name === 'e2fsprogs-udeb') await stageE2fsprogs(await unpackE2fsprogs(work), root);
    await buildUdeb(stanza, root, pathOf(stanza, work), work.date, work.context);
  }
}

async function unpackE2fsprogs(work: Work): Promise<string> {
  const root = join(work.folder, 'e2fsprogs');
  for (const name of E2FSPROGS_PACKAGES) {
    const package_ = await fetchPackage(work.selection.view, name);
    await runCommand('dpkg-deb', ['--extract', package_, root], work.context);
  }
  return root;
}

async function unpack(stanza: ControlStanza, work: Work): Promise<GatheredComponent> {
  const path = pathOf(stanza, work);
  const root = join(work.folder, 'unpacked', stanza.name);
  await makeFolder(root);
  await runCommand('dpkg-deb', ['--raw-extract', path, root], work.context);
  const members = await readdir(join(root, 'DEBIAN'));
  return {
    stanza,
    root,
    hasPostinst: members.includes('postinst'),
    filename: `pool/udeb/${stanza.name}.udeb`,
    content: await readFile(path),
  };
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += PARALLEL) {
    results.push(...(await Promise.all(items.slice(start, start + PARALLEL).map(work))));
  }
  return results;
}
