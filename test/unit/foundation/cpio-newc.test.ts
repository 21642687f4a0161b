import { describe, expect, it } from 'vitest';
import { type CpioEntry, FILE_TYPE, readCpio, writeCpio } from '../../../src/foundation/cpio-newc.ts';

const file = (path: string, text: string): CpioEntry => ({
  path,
  mode: FILE_TYPE.file | 0o644,
  content: Buffer.from(text),
});

describe('writeCpio and readCpio', () => {
  it('gives back what went in, whatever the lengths', () => {
    const entries: CpioEntry[] = [
      { path: 'etc', mode: FILE_TYPE.directory | 0o755, content: Buffer.alloc(0) },
      file('etc/a', ''),
      file('etc/ab', 'x'),
      file('etc/abc', 'xyz\0\n'),
      file('etc/ümlaut', 'four'),
      { path: 'lib', mode: FILE_TYPE.symlink | 0o777, content: Buffer.from('usr/lib') },
    ];
    const back = [...readCpio(writeCpio(entries))];
    expect(
      back.map(({ path, mode, content }) => ({ path, mode, text: Buffer.from(content).toString() })),
    ).toEqual(
      entries.map(({ path, mode, content }) => ({ path, mode, text: Buffer.from(content).toString() })),
    );
  });

  it('writes root as owner, the year 1970 and the same bytes each time', () => {
    const archive = writeCpio([file('preseed.cfg', 'd-i x')]);
    expect(archive.equals(writeCpio([file('preseed.cfg', 'd-i x')]))).toBe(true);
    // magic, inode, mode, uid, gid, links, mtime
    expect(archive.toString('latin1', 0, 62)).toBe(
      `070701${'00000001'}${'000081A4'}${'00000000'}${'00000000'}${'00000001'}${'00000000'}00000005`,
    );
    expect(archive.length % 4).toBe(0);
  });

  it.each(['/etc/passwd', '../x', 'a//b', 'a/./b', '', 'a\0b'])('refuses the path %j', (path) => {
    expect(() => writeCpio([file(path, '')])).toThrow(RangeError);
  });

  it('refuses to read what is cut short or no archive', () => {
    const archive = writeCpio([file('a', 'content')]);
    expect(() => [...readCpio(archive.subarray(0, 120))]).toThrow(RangeError);
    expect(() => [...readCpio(Buffer.alloc(200))]).toThrow(RangeError);
  });
});
