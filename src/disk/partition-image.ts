import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, DiskError } from '../foundation/errors.ts';
import { type Bytes, bytes } from '../foundation/size.ts';
import { aboutWrite } from '../foundation/write-file.ts';
import { type DiskReader, withFileReader } from './disk-reader.ts';
import { type FileNode, type FileTree, findPath } from './file-tree.ts';
import { chooseKernel } from './installed-kernel.ts';
import { type LocalBoot, localBootOf } from './local-boot.ts';
import { readPartitionTable } from './partition-table.ts';
import { openVolumes, type Volume } from './volume.ts';

export type ExtractedFile = {
  readonly path: string;
  readonly size: Bytes;
  /** Lower case hexadecimal. */
  readonly sha512: string;
};

/** What bare metal boots without a partition table of its own: a root file system, and the kernel and initrd that start it. */
export type PartitionImage = {
  /** Raw and sparse. */
  readonly root: { readonly path: string; readonly size: Bytes };
  readonly kernel: ExtractedFile;
  readonly initrd: ExtractedFile;
  /** The kernel's version, as its file's name has it. */
  readonly version: string;
  readonly localBoot: LocalBoot;
};

/** A hostile file system can claim any length; no kernel or initrd is near this one. */
const LARGEST_FILE = 2 ** 30;
const CHUNK = 2 ** 20;
const BOOT_FOLDERS = ['boot', ''] as const;

/**
 * Takes the root file system, the newest kernel and its initrd out of an installed raw disk, without mounting it. A kernel that lies on
 * a volume of its own is found there too; such a root file system boots only with kernel and initrd from outside.
 * @param shown what messages call the disk, where the raw one is only a copy of it
 * @throws DiskError `disk.no-root`, `disk.no-kernel`, `disk.not-found`, `disk.unreadable`; CancelledError
 */
export async function extractPartitionImage(
  rawPath: string,
  folder: string,
  signal?: AbortSignal,
  shown = rawPath,
): Promise<PartitionImage> {
  return withFileReader(rawPath, async (disk) => {
    const volumes = await openVolumes(disk, await readPartitionTable(disk));
    const { volume, tree } = await rootOf(volumes, shown);
    const found = await kernelOf([tree, ...treesOf(volumes, volume)], shown);
    const localBoot = await localBootOf(tree, found.tree === tree);
    const kernel = await copyFile(found.tree, found.kernel, join(folder, 'kernel'), signal);
    const initrd = await copyFile(found.tree, found.initrd, join(folder, 'initrd'), signal);
    const root = join(folder, 'root.img');
    await copyVolume(volume.reader, root, signal);
    return {
      root: { path: root, size: bytes(volume.reader.size) },
      kernel,
      initrd,
      version: found.version,
      localBoot,
    };
  });
}

/**
 * Makes sure that `extractPartitionImage` will find what it needs, before anything is converted.
 * @throws DiskError as it
 */
export async function requirePartitionImage(rawPath: string, shown: string): Promise<void> {
  await withFileReader(rawPath, async (disk) => {
    const volumes = await openVolumes(disk, await readPartitionTable(disk));
    const { volume, tree } = await rootOf(volumes, shown);
    await kernelOf([tree, ...treesOf(volumes, volume)], shown);
  });
}

async function rootOf(
  volumes: readonly Volume[],
  path: string,
): Promise<{ readonly volume: Volume; readonly tree: FileTree }> {
  for (const volume of volumes) {
    const { tree, kind } = volume;
    if (tree === undefined || kind === 'vfat') continue;
    if ((await findPath(tree, 'etc/os-release'))?.kind === 'file') return { volume, tree };
  }
  const seen = volumes.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  throw new DiskError(
    'disk.no-root',
    `No root file system that Kiln can read is on ${path}; it has ${seen}. A partition image needs one on ext2, ext3 or ext4.`,
    { details: { path } },
  );
}

/** A /boot of its own, on ext or FAT. */
function treesOf(volumes: readonly Volume[], root: Volume): readonly FileTree[] {
  return volumes.flatMap((volume) => (volume === root || volume.tree === undefined ? [] : [volume.tree]));
}

type Found = {
  readonly tree: FileTree;
  readonly kernel: FileNode;
  readonly initrd: FileNode;
  readonly version: string;
};

async function kernelOf(trees: readonly FileTree[], path: string): Promise<Found> {
  for (const tree of trees) {
    for (const folder of BOOT_FOLDERS) {
      const found = await kernelIn(tree, folder);
      if (found) return found;
    }
  }
  throw new DiskError(
    'disk.no-kernel',
    `No kernel with an initrd is in /boot on ${path}, so it makes no partition image. Install a kernel package, or publish the whole disk.`,
    { details: { path } },
  );
}

async function kernelIn(tree: FileTree, folder: string): Promise<Found | undefined> {
  const directory = await findPath(tree, folder);
  if (directory?.kind !== 'directory') return undefined;
  const chosen = chooseKernel((await tree.entries(directory)).map(({ name }) => name));
  if (chosen === undefined) return undefined;
  const kernel = await findPath(tree, `${folder}/${chosen.kernel}`);
  const initrd = await findPath(tree, `${folder}/${chosen.initrd}`);
  if (kernel?.kind !== 'file' || initrd?.kind !== 'file') return undefined;
  return { tree, kernel, initrd, version: chosen.version };
}

async function copyFile(
  tree: FileTree,
  node: FileNode,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ExtractedFile> {
  if (node.size > LARGEST_FILE) {
    throw new DiskError(
      'disk.out-of-bounds',
      `A kernel or initrd on the disk claims ${node.size} bytes; the disk is damaged.`,
    );
  }
  const hash = createHash('sha512');
  const file = await open(path, 'wx');
  let size = 0;
  try {
    for await (const part of tree.stream(node)) {
      refuseCancelled(signal);
      hash.update(part);
      await file.write(part, 0, part.length, size);
      size += part.length;
    }
  } catch (error) {
    throw aboutWrite(error, path);
  } finally {
    await file.close();
  }
  return { path, size: bytes(size), sha512: hash.digest('hex') };
}

/** Zeroes stay holes. */
async function copyVolume(reader: DiskReader, path: string, signal: AbortSignal | undefined): Promise<void> {
  const zeroes = Buffer.alloc(CHUNK);
  const file = await open(path, 'wx');
  try {
    await file.truncate(reader.size);
    for (let at = 0; at < reader.size; at += CHUNK) {
      refuseCancelled(signal);
      const part = await reader.read(at, Math.min(CHUNK, reader.size - at));
      if (!part.equals(zeroes.subarray(0, part.length))) await file.write(part, 0, part.length, at);
    }
  } catch (error) {
    throw aboutWrite(error, path);
  } finally {
    await file.close();
  }
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError('Taking the root file system out of the disk was cancelled.');
}
