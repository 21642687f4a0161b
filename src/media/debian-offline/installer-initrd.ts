import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import { type CpioEntry, FILE_TYPE, paddingTo4, readCpio, writeCpio } from '../../foundation/cpio-newc.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { writeFile } from '../../foundation/write-file.ts';
import { runCommand } from '../../process/run-command.ts';
import { type ControlStanza, parseControlFile } from './control-file.ts';
import { englishTemplates } from './installer-templates.ts';
import { controlOf } from './package-index.ts';
import type { AptContext } from './private-apt.ts';
import { SET_SELECTIONS } from './set-selections.ts';

/** The netboot image's initrd, unpacked in memory. */
export type InstallerInitrd = {
  readonly compressed: Buffer;
  readonly entries: ReadonlyMap<string, CpioEntry>;
  readonly status: readonly ControlStanza[];
  readonly kernelVersion: string;
};

/** An installer component unpacked: its files under `root`, its control members under `root/DEBIAN`. */
export type UnpackedComponent = {
  readonly stanza: ControlStanza;
  readonly root: string;
  readonly hasPostinst: boolean;
};

const INFO = 'var/lib/dpkg/info';
const STATUS = 'var/lib/dpkg/status';
/** What udpkg keeps of a component's control members. */
const CONTROL_MEMBERS = ['postinst', 'templates', 'config', 'isinstallable', 'menutest'];

/** @throws RangeError when it is no gzip'd newc archive with kernel modules and udpkg's status file */
export async function readInstallerInitrd(path: string): Promise<InstallerInitrd> {
  const compressed = await readFile(path);
  const archive = await promisify(gunzip)(compressed);
  const entries = new Map([...readCpio(archive)].map((entry) => [entry.path, entry]));
  const folder = [...entries.keys()].find((name) => /^(usr\/)?lib\/modules\/[^/]+$/.test(name));
  const status = entries.get(STATUS);
  if (folder === undefined || status === undefined)
    throw new RangeError('not the initrd of debian-installer');
  return {
    compressed,
    entries,
    status: parseControlFile(Buffer.from(status.content).toString('utf8')),
    kernelVersion: posix.basename(folder),
  };
}

/**
 * The netboot initrd followed by an archive with the components, as udpkg would have unpacked them. The kernel lets later
 * files replace earlier ones, so nothing of the original has to be packed again.
 */
export async function extendInitrd(
  initrd: InstallerInitrd,
  components: readonly UnpackedComponent[],
  removed: readonly string[],
  kernelRoot: string,
  workFolder: string,
  context: AptContext,
): Promise<Buffer> {
  const added = new Map<string, CpioEntry>();
  for (const [path, entry] of initrd.entries) {
    if (path.startsWith(`${INFO}/`) && path.endsWith('.templates')) added.set(path, trimmed(entry));
  }
  for (const component of components) {
    for (const entry of await filesUnder(component.root)) {
      const path = throughRootLinks(entry.path, initrd.entries);
      added.set(path, { ...entry, path });
    }
    for (const entry of await controlMembers(component)) added.set(entry.path, entry);
  }
  const setSelections = throughRootLinks('bin/debconf-set-selections', initrd.entries);
  added.set(setSelections, {
    path: setSelections,
    mode: FILE_TYPE.file | 0o755,
    content: Buffer.from(SET_SELECTIONS),
  });
  added.set(STATUS, textFile(STATUS, statusFile(initrd.status, components, removed)));
  for (const entry of await moduleIndexes(initrd, added, kernelRoot, workFolder, context))
    added.set(entry.path, entry);
  const archive = gzipSync(writeCpio(withParents(added, initrd.entries)), { level: 6 });
  return Buffer.concat([initrd.compressed, Buffer.alloc(paddingTo4(initrd.compressed.length)), archive]);
}

/**
 * udpkg's status: what the netboot image has, without the removed menu items, and the components as just unpacked. Those
 * without a postinst have nothing left to be configured; each would cost a run of udpkg (0.4 s under emulation).
 */
export function statusFile(
  status: readonly ControlStanza[],
  components: readonly UnpackedComponent[],
  removed: readonly string[],
): string {
  const kept = status.filter(({ name }) => !removed.includes(name)).map(({ text }) => text);
  const unpacked = components.map(({ stanza, hasPostinst }) =>
    controlOf(stanza).replace('\n', `\nStatus: install ok ${hasPostinst ? 'unpacked' : 'installed'}\n`),
  );
  return `${[...kept, ...unpacked].join('\n\n')}\n\n`;
}

async function filesUnder(root: string, folder = ''): Promise<CpioEntry[]> {
  const names = (await readdir(join(root, folder))).sort();
  const found: CpioEntry[] = [];
  for (const name of names) {
    const path = posix.join(folder, name);
    if (path === 'DEBIAN') continue;
    const full = join(root, path);
    const info = await lstat(full);
    const mode = info.mode & 0o7777;
    if (info.isDirectory()) {
      found.push({ path, mode: FILE_TYPE.directory | mode, content: Buffer.alloc(0) });
      found.push(...(await filesUnder(root, path)));
    } else if (info.isSymbolicLink()) {
      found.push({ path, mode: FILE_TYPE.symlink | 0o777, content: Buffer.from(await readlink(full)) });
    } else found.push({ path, mode: FILE_TYPE.file | mode, content: await readFile(full) });
  }
  return found;
}

async function controlMembers({ stanza, root }: UnpackedComponent): Promise<CpioEntry[]> {
  const names = (await readdir(join(root, 'DEBIAN'))).filter((name) => CONTROL_MEMBERS.includes(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = `${INFO}/${stanza.name}.${name}`;
      const content = await readFile(join(root, 'DEBIAN', name));
      const mode = FILE_TYPE.file | (name === 'templates' ? 0o644 : 0o755);
      return name === 'templates' ? trimmed({ path, mode, content }) : { path, mode, content };
    }),
  );
}

function trimmed(entry: CpioEntry): CpioEntry {
  return { ...entry, content: Buffer.from(englishTemplates(Buffer.from(entry.content).toString('utf8'))) };
}

/** `lib/x` → `usr/lib/x` where `lib` is a link: a folder of that name in the archive would replace the link. */
function throughRootLinks(path: string, base: ReadonlyMap<string, CpioEntry>): string {
  const [first = '', ...rest] = path.split('/');
  const link = base.get(first);
  if (link === undefined || (link.mode & 0o170000) !== FILE_TYPE.symlink) return path;
  return posix.join(Buffer.from(link.content).toString('utf8').replace(/^\/+/, ''), ...rest);
}

/** depmod's files for the modules of both together. */
async function moduleIndexes(
  initrd: InstallerInitrd,
  added: ReadonlyMap<string, CpioEntry>,
  kernelRoot: string,
  workFolder: string,
  context: AptContext,
): Promise<CpioEntry[]> {
  const folder = `usr/lib/modules/${initrd.kernelVersion}`;
  const tree = join(workFolder, 'modules');
  const target = join(tree, 'lib/modules', initrd.kernelVersion);
  for (const [path, entry] of [...initrd.entries, ...added]) {
    if (!path.startsWith(`${folder}/`) || !/\.ko(\.\w+)?$/.test(path)) continue;
    const file = join(target, path.slice(folder.length + 1));
    await makeFolder(dirname(file));
    await writeFile(file, entry.content);
  }
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    await writeFile(join(target, name), await readFile(join(kernelRoot, folder, name)));
  }
  await runCommand('depmod', ['-b', tree, initrd.kernelVersion], context);
  const names = (await readdir(target)).filter((name) => name.startsWith('modules.')).sort();
  return Promise.all(
    names.map(async (name) => ({
      path: `${folder}/${name}`,
      mode: FILE_TYPE.file | 0o644,
      content: await readFile(join(target, name)),
    })),
  );
}

/** Sorted, with the folders that the base lacks in front of their contents and those it has left out. */
function withParents(
  added: ReadonlyMap<string, CpioEntry>,
  base: ReadonlyMap<string, CpioEntry>,
): CpioEntry[] {
  const all = new Map(added);
  for (const path of added.keys()) {
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      if (!all.has(parent)) {
        all.set(parent, { path: parent, mode: FILE_TYPE.directory | 0o755, content: Buffer.alloc(0) });
      }
    }
  }
  return [...all.values()]
    .filter(({ path, mode }) => (mode & 0o170000) !== FILE_TYPE.directory || !base.has(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function textFile(path: string, text: string): CpioEntry {
  return { path, mode: FILE_TYPE.file | 0o644, content: Buffer.from(text) };
}
