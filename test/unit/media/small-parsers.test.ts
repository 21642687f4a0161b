import { describe, expect, it } from 'vitest';
import { parseReleaseSums, parseSums } from '../../../src/media/apt-mirror/signed-release.ts';
import { parseIni } from '../../../src/media/ini-file.ts';
import { nameFileKind } from '../../../src/media/iso9660/file-kind.ts';
import { readDiskInfo } from '../../../src/media/read-disk-info.ts';

const sum = (digit: string): string => digit.repeat(64);

describe('parseIni', () => {
  it('reads sections, both separators, comments and Windows line ends', () => {
    const ini = parseIni(
      '; c\r\n[general]\r\nfamily = Fedora\r\nversion: 42\r\n# c\r\n[empty]\r\n[general]\r\narch=x\r\n',
    );
    expect(Object.fromEntries(ini.get('general') ?? [])).toEqual({
      family: 'Fedora',
      version: '42',
      arch: 'x',
    });
    expect(ini.get('empty')?.size).toBe(0);
  });
});

describe('readDiskInfo', () => {
  it('finds name, version and architecture', () => {
    expect(readDiskInfo('Debian GNU/Linux 13 "trixie" - Unofficial amd64 2026\n')).toEqual({
      distribution: 'Debian GNU/Linux',
      version: '13',
      arch: 'x86_64',
    });
  });

  it('takes nothing from other text', () => {
    expect(readDiskInfo('hello world')).toBeUndefined();
  });
});

describe('nameFileKind', () => {
  const mbr = Buffer.alloc(512);
  mbr.set([0x55, 0xaa], 510);
  it.each([
    [Buffer.from('QFI\xfb', 'latin1'), /qcow2/],
    [Buffer.from('\x1f\x8b\x08', 'latin1'), /gzip/],
    [Buffer.from('\xfd7zXZ\0', 'latin1'), /xz/],
    [Buffer.from('<!DOCTYPE html><html>'), /web page/],
    [mbr, /raw disk image/],
  ])('knows %j', (start, kind) => {
    expect(nameFileKind(start)).toMatch(kind);
  });

  it('does not guess', () => {
    expect(nameFileKind(Buffer.alloc(512))).toBeUndefined();
  });
});

describe('checksum lists', () => {
  it('reads the SHA256 section of a Release file and no other', () => {
    const release = `Suite: stable\nMD5Sum:\n ${'a'.repeat(32)} 1 main/x\nSHA256:\n ${sum('b')}  12 main/x\n ${sum('c')} 3 main/y\nOther: z\n`;
    expect([...parseReleaseSums(release)]).toEqual([
      ['main/x', sum('b')],
      ['main/y', sum('c')],
    ]);
  });

  it('reads SHA256SUMS', () => {
    expect(parseSums(`${sum('d')}  ./netboot/linux\n`).get('netboot/linux')).toBe(sum('d'));
  });
});
