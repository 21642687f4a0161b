import { describe, expect, it } from 'vitest';
import { recogniseMedia } from '../../../src/media/recognise-media.ts';
import { fakeTree } from './fake-tree.ts';

const treeinfo = (family: string, version: string): string =>
  `[general]\nfamily = ${family}\nversion = ${version}\narch = x86_64\n[images-x86_64]\nkernel = k\n`;

describe('recogniseMedia', () => {
  it.each([
    [
      'Debian GNU/Linux 13.1.0 "Trixie" - Official amd64 NETINST with firmware 20250906-10:22',
      'debian13',
      '13.1.0',
    ],
    ['Debian GNU/Linux 12 "Bookworm" - Unofficial amd64', 'debian12', '12'],
  ])('knows Debian by .disk/info: %s', async (info, osId, version) => {
    const facts = await recogniseMedia(fakeTree({ '.disk/info': `${info}\n` }));
    expect(facts).toMatchObject({ osId, version, arch: 'x86_64', family: 'debian-installer' });
  });

  it('knows Ubuntu by its whole version', async () => {
    const info = 'Ubuntu-Server 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)';
    const facts = await recogniseMedia(fakeTree({ '.disk/info': info }));
    expect(facts).toMatchObject({ osId: 'ubuntu24.04', version: '24.04.1', family: 'subiquity' });
  });

  it.each([
    ['Fedora', '42', 'fedora42', 'anaconda'],
    ['CentOS Stream', '9', 'centos-stream9', 'anaconda'],
    ['Red Hat Enterprise Linux', '9.4', 'rhel9', 'anaconda'],
    ['Kiln Test Linux', '1.0', 'kiln-test', 'test-installer'],
  ])('knows %s by .treeinfo', async (family, version, osId, installer) => {
    const facts = await recogniseMedia(fakeTree({ '.treeinfo': treeinfo(family, version) }));
    expect(facts).toMatchObject({ osId, version, family: installer, arch: 'x86_64' });
  });

  it('believes .treeinfo before .disk/info and both before the label', async () => {
    const facts = await recogniseMedia(
      fakeTree(
        { '.treeinfo': treeinfo('Fedora', '42'), '.disk/info': 'Debian GNU/Linux 13 "x" - amd64' },
        { volumeLabel: 'AlmaLinux-9-4-x86_64-dvd' },
      ),
    );
    expect(facts.osId).toBe('fedora42');
    expect(facts.why).toHaveLength(3);
  });

  it.each([
    ['Fedora-S-dvd-x86_64-41', 'fedora41'],
    ['Debian 13.1.0 amd64 n', 'debian13'],
  ])('falls back to the label %s', async (volumeLabel, osId) => {
    expect((await recogniseMedia(fakeTree({}, { volumeLabel }))).osId).toBe(osId);
  });

  it('tells Anaconda its second stage by label, spaces escaped', async () => {
    const files = { '.treeinfo': treeinfo('Fedora', '42') };
    const facts = await recogniseMedia(fakeTree(files, { volumeLabel: 'My Fedora' }));
    expect(facts.kernelArguments).toEqual(['inst.stage2=hd:LABEL=My\\x20Fedora']);
  });

  it('spares the signature on the offline ISO of its own alone', async () => {
    const argumentsFor = async (info: string): Promise<readonly string[]> =>
      (await recogniseMedia(fakeTree({ '.disk/info': info }))).kernelArguments;
    expect(
      await argumentsFor('Debian GNU/Linux 13 "trixie" - Unofficial Kiln offline amd64 20260101'),
    ).toContain('debian-installer/allow_unauthenticated=true');
    expect(await argumentsFor('Debian GNU/Linux 13 "Trixie" - Official amd64')).toEqual([]);
  });

  it('knows iPXE, openSUSE and a netboot tree by their files', async () => {
    expect((await recogniseMedia(fakeTree({ 'ipxe.lkrn': '' }))).family).toBe('ipxe');
    const suse = { 'media.1/products': '/ openSUSE-Leap 15.6\n' };
    expect((await recogniseMedia(fakeTree(suse))).family).toBe('autoyast');
    const netboot = { 'debian-installer/amd64/linux': '' };
    expect((await recogniseMedia(fakeTree(netboot))).family).toBe('debian-installer');
  });

  it('says nothing it does not know', async () => {
    const facts = await recogniseMedia(fakeTree({ 'README.TXT': 'hello' }, { volumeLabel: 'BACKUP 7' }));
    expect(facts).toMatchObject({ osId: undefined, family: undefined, kernelArguments: [], why: [] });
  });
});
