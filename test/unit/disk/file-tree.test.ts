import { describe, expect, it } from 'vitest';
import { parseOsRelease } from '../../../src/disk/check-operating-system.ts';
import { type FileNode, type FileTree, findPath, readTextFile } from '../../../src/disk/file-tree.ts';
import { printable } from '../../../src/foundation/printable.ts';

type Content = { readonly [name: string]: Content | string | { readonly link: string } };

/** A tree in memory. */
function treeOf(content: Content): FileTree {
  const nodes: { readonly node: FileNode; readonly content: unknown }[] = [];
  const add = (value: unknown): FileNode => {
    const isLink = typeof value === 'object' && value !== null && 'link' in value;
    const kind = typeof value === 'string' ? 'file' : isLink ? 'symlink' : 'directory';
    const node: FileNode = { kind, size: 1, id: nodes.length };
    nodes.push({ node, content: value });
    return node;
  };
  const of = ({ id }: FileNode): unknown => nodes[id]?.content;
  return {
    root: add(content),
    entries: async () => [],
    find: async (directory, name) => {
      const value = (of(directory) as Content)[name]; // built above
      return value === undefined ? undefined : add(value);
    },
    stream: () => {
      throw new Error('nothing here is streamed');
    },
    read: async (file) => {
      const value = of(file) as string | { readonly link: string }; // built above
      return Buffer.from(typeof value === 'string' ? value : value.link);
    },
  };
}

describe('findPath', () => {
  it.each([
    ['a relative link', '../usr/lib/os-release'],
    ['an absolute link', '/usr/lib/os-release'],
    ['a link that climbs out', '../../../../../../usr/lib/os-release'],
  ])('follows %s inside the tree', async (_what, link) => {
    const tree = treeOf({ etc: { 'os-release': { link } }, usr: { lib: { 'os-release': 'ID=x' } } });
    expect(await readTextFile(tree, '/etc/os-release')).toBe('ID=x');
  });

  it('never reaches a file of the host', async () => {
    const tree = treeOf({ etc: { 'os-release': { link: '/../../etc/passwd' } } });
    expect(await readTextFile(tree, 'etc/os-release')).toBeUndefined();
  });

  it('gives up on links in a circle', async () => {
    const tree = treeOf({ a: { link: 'b' }, b: { link: 'a' } });
    await expect(findPath(tree, 'a')).rejects.toMatchObject({ code: 'disk.link-loop' });
  });

  it('does not read a directory as a file', async () => {
    expect(await readTextFile(treeOf({ etc: { 'os-release': {} } }), 'etc/os-release')).toBeUndefined();
  });
});

describe('parseOsRelease', () => {
  it('takes bare and quoted values', () => {
    const text = `# c\nID=debian\nVERSION_ID="13"\nPRETTY_NAME='A \\"B\\"'\n`;
    expect(parseOsRelease(text)).toEqual({ id: 'debian', versionId: '13', prettyName: 'A "B"' });
  });

  it('wants an ID, and makes the rest harmless', () => {
    expect(parseOsRelease('PRETTY_NAME=x')).toBeUndefined();
    expect(parseOsRelease('ID=\u001b]0;x\u0007')?.id).toBe('?]0;x?');
  });
});

it('cuts long text', () => {
  expect(printable('x'.repeat(500))).toHaveLength(120);
});
