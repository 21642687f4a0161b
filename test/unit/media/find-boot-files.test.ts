import { describe, expect, it } from 'vitest';
import { findBootFiles } from '../../../src/media/find-boot-files.ts';
import { fakeTree } from './fake-tree.ts';

const withFiles = (...paths: string[]) => fakeTree(Object.fromEntries(paths.map((path) => [path, ''])));
const treeinfo = (kernel: string, initrd: string): string =>
  `[images-x86_64]\nkernel = ${kernel}\ninitrd = ${initrd}\n`;

describe('findBootFiles', () => {
  it.each([
    ['install.amd/vmlinuz', 'install.amd/initrd.gz'],
    ['images/pxeboot/vmlinuz', 'images/pxeboot/initrd.img'],
    ['casper/vmlinuz', 'casper/initrd'],
    ['boot/x86_64/loader/linux', 'boot/x86_64/loader/initrd'],
    ['debian-installer/amd64/linux', 'debian-installer/amd64/initrd.gz'],
    [
      'current/images/netboot/debian-installer/amd64/linux',
      'current/images/netboot/debian-installer/amd64/initrd.gz',
    ],
  ])('finds %s', async (kernel, initrd) => {
    expect(await findBootFiles(withFiles(kernel, initrd))).toEqual({ kernel, initrd });
  });

  it('follows .treeinfo, which may name other places', async () => {
    const tree = fakeTree({ '.treeinfo': treeinfo('a/k', './b/i'), 'a/k': '', 'b/i': '' });
    expect(await findBootFiles(tree)).toEqual({ kernel: 'a/k', initrd: 'b/i' });
  });

  it('lets explicit names win', async () => {
    const tree = withFiles('install.amd/vmlinuz', 'install.amd/initrd.gz', 'k', 'i');
    expect(await findBootFiles(tree, { kernel: 'k', initrd: 'i' })).toEqual({ kernel: 'k', initrd: 'i' });
  });

  it('lists the places when there is nothing', async () => {
    const failure = await findBootFiles(withFiles('README')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'media.no-kernel' });
    expect((failure as { details: { places: string[] } }).details.places.length).toBeGreaterThan(5);
  });

  it('needs both of a pair', async () => {
    await expect(findBootFiles(withFiles('casper/vmlinuz'))).rejects.toMatchObject({
      code: 'media.no-kernel',
    });
  });

  it.each(['../../etc/shadow', 'a/../../b', '..'])('refuses %s out of .treeinfo', async (path) => {
    const tree = fakeTree({ '.treeinfo': treeinfo(path, 'i'), i: '' });
    await expect(findBootFiles(tree)).rejects.toMatchObject({ code: 'media.unsafe-path' });
  });
});
