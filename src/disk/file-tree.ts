import { DiskError } from '../foundation/errors.ts';

export type FileNode = {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes; as written on the disk, so possibly a lie. */
  readonly size: number;
  /** What the file system knows it by: an inode number, a first cluster. */
  readonly id: number;
};

export type FileEntry = { readonly name: string; readonly id: number };

/** A file system inside a disk image, read without mounting it. */
export type FileTree = {
  readonly root: FileNode;
  entries(directory: FileNode): Promise<readonly FileEntry[]>;
  find(directory: FileNode, name: string): Promise<FileNode | undefined>;
  /** The first bytes of a file or the target of a symbolic link, at most `longest`. */
  read(file: FileNode, longest: number): Promise<Buffer>;
  /** All of a regular file in parts of at most 1 MiB, for those too long to hold. */
  stream(file: FileNode): AsyncIterable<Buffer>;
};

const MOST_LINKS = 8;
const MOST_STEPS = 64;
const LONGEST_LINK = 4096;

/**
 * Walks to a path inside the tree; `..` stops at its root and symbolic links stay inside, so nothing a guest wrote can
 * point to a file of the host. `undefined` where there is no such file.
 * @throws DiskError `disk.out-of-bounds`, `disk.unsupported`
 */
export async function findPath(tree: FileTree, path: string): Promise<FileNode | undefined> {
  const steps = stepsOf(path);
  const trail: FileNode[] = [];
  let node = tree.root;
  let links = 0;
  for (let count = 0; steps.length > 0; count += 1) {
    if (count > MOST_STEPS) throw tooDeep(path);
    const step = steps.shift() ?? '';
    if (step === '..') {
      node = trail.pop() ?? tree.root;
      continue;
    }
    if (node.kind !== 'directory') return undefined;
    const next = await tree.find(node, step);
    if (!next) return undefined;
    if (next.kind === 'symlink') {
      links += 1;
      if (links > MOST_LINKS) throw tooDeep(path);
      const target = (await tree.read(next, LONGEST_LINK)).toString('utf8');
      steps.unshift(...stepsOf(target));
      if (target.startsWith('/')) {
        trail.length = 0;
        node = tree.root;
      }
      continue;
    }
    trail.push(node);
    node = next;
  }
  return node;
}

/** The first bytes of a regular file, or `undefined` when there is none at the path. */
export async function readTextFile(
  tree: FileTree,
  path: string,
  longest = 16 * 1024,
): Promise<string | undefined> {
  const node = await findPath(tree, path);
  return node?.kind === 'file' ? (await tree.read(node, longest)).toString('utf8') : undefined;
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}

function tooDeep(path: string): DiskError {
  return new DiskError('disk.link-loop', `${path} inside the disk leads through too many symbolic links.`);
}
