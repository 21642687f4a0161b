import { describe, expect, it } from 'vitest';
import { parseMediaLocator } from '../../../src/media/media-locator.ts';

describe('parseMediaLocator', () => {
  it.each([
    ['/isos/a.iso', { scheme: 'path', path: '/isos/a.iso' }],
    ['a:b.iso', { scheme: 'path', path: 'a:b.iso' }],
    ['file:///isos/my%20a.iso', { scheme: 'path', path: '/isos/my a.iso' }],
    ['ftp://host/a.iso', { scheme: 'url', url: 'ftp://host/a.iso' }],
    ['https://host/a.iso', { scheme: 'url', url: 'https://host/a.iso' }],
    ['apt-mirror:trixie', { scheme: 'apt-mirror', suite: 'trixie' }],
    ['debian-offline:trixie', { scheme: 'debian-offline', suite: 'trixie', packages: [] }],
    [
      'debian-offline:trixie/vim/g++/cloud-init/vim',
      { scheme: 'debian-offline', suite: 'trixie', packages: ['cloud-init', 'g++', 'vim'] },
    ],
  ])('%s', (from, expected) => {
    expect(parseMediaLocator(from)).toEqual(expected);
  });

  it('names a broken URL without what may be secret in it', () => {
    expect(() => parseMediaLocator('http://me:secret@[/x?token=secret')).toThrow(
      expect.objectContaining({
        code: 'media.not-found',
        message: '"http://[/x" is not a URL; check how it is written.',
      }),
    );
  });

  it.each([
    'sftp://host/a.iso',
    'smb://host/a',
    'debian-offline:',
    'debian-offline:trixie/../x',
    'debian-offline:trixie/',
    'apt-mirror:trixie/vim',
    'apt-mirror:../x',
  ])('refuses %s', (from) => {
    expect(() => parseMediaLocator(from)).toThrow(expect.objectContaining({ code: 'media.unsupported' }));
  });
});
