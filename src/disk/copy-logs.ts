import { join } from 'node:path';
import { DiskError } from '../foundation/errors.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { writeFile } from '../foundation/write-file.ts';
import { withFileReader } from './disk-reader.ts';
import { type FileNode, type FileTree, findPath } from './file-tree.ts';
import { readPartitionTable } from './partition-table.ts';
import { openVolumes } from './volume.ts';

/** Where installers leave their logs on the disk they install; without the first step where /var is a volume of its own. */
const FOLDERS = ['installer', 'anaconda', 'YaST2', 'curtin', 'fai'].flatMap((name) => [
  `/var/log/${name}`,
  `/log/${name}`,
]);
const LONE_FILES = [
  '/var/log/cloud-init.log',
  '/var/log/cloud-init-output.log',
  '/tmp/anaconda.log',
  '/tmp/syslog',
];
/** Answers with passwords or their hashes, and what is too large to be a log. */
const NOT_FOR_EYES =
  /passw|questions\.dat|templates\.dat|user-data|autoinst|\.ks$|ks\.cfg|shadow|private|\.key$|id_[a-z0-9]+$/i;

const LARGEST = 4 * 2 ** 20;
const MOST_FILES = 200;
const MOST_DEPTH = 3;

/**
 * Copies the installer's own logs out of a disk that nobody writes to any more. Reads the file systems Kiln knows (ext2, ext3, ext4, FAT); a
 * journal is not replayed, so the last seconds may be missing.
 * @returns paths inside `folder`
 * @throws DiskError `disk.not-found`, `disk.unreadable`
 */
export async function copyInstallerLogs(rawPath: string, folder: string): Promise<readonly string[]> {
  return withFileReader(rawPath, async (disk) => {
    const volumes = await openVolumes(disk, await readPartitionTable(disk));
    const copied: string[] = [];
    for (const { tree } of volumes) if (tree !== undefined) await copyFrom(tree, folder, copied);
    return copied;
  });
}

async function copyFrom(tree: FileTree, folder: string, copied: string[]): Promise<void> {
  for (const path of [...FOLDERS, ...LONE_FILES]) {
    const node = await unlessDamaged(() => findPath(tree, path));
    const name = path.split('/').at(-1) ?? path;
    if (node !== undefined) await copyNode(tree, node, name, { folder, copied, depth: 0 });
  }
}

type Target = { readonly folder: string; readonly copied: string[]; readonly depth: number };

async function copyNode(tree: FileTree, node: FileNode, name: string, target: Target): Promise<void> {
  const { folder, copied, depth } = target;
  if (copied.length >= MOST_FILES || depth > MOST_DEPTH || NOT_FOR_EYES.test(name)) return;
  if (node.kind === 'file') {
    const content = await unlessDamaged(() => tree.read(node, LARGEST));
    if (content === undefined) return;
    const path = join(folder, name);
    await makeFolder(join(path, '..'));
    await writeFile(path, content, { mode: 0o600 });
    copied.push(name);
  }
  if (node.kind !== 'directory') return;
  for (const entry of (await unlessDamaged(() => tree.entries(node))) ?? []) {
    // A name from the guest becomes part of a path of the host.
    if (entry.name === '.' || entry.name === '..' || !/^[\w.@+-]{1,100}$/.test(entry.name)) continue;
    const child = await unlessDamaged(() => tree.find(node, entry.name));
    if (child !== undefined)
      await copyNode(tree, child, join(name, entry.name), { ...target, depth: depth + 1 });
  }
}

/** What a damaged file system does not give is left out; the rest is worth having. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}
