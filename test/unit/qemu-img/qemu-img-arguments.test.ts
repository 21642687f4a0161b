import { describe, expect, it } from 'vitest';
import {
  checkArguments,
  convertArguments,
  createArguments,
  fileArgument,
  infoArguments,
  optionArguments,
  resizeArguments,
} from '../../../src/qemu-img/qemu-img-arguments.ts';

describe('fileArgument', () => {
  it.each(['/a/-rf', '/a/nbd:x', '/a/json:{"a":1}', '/a/b,size=1', '/a/b c', '/a/b\nc'])(
    'keeps %j a file',
    (path) => {
      expect(fileArgument(path)).toBe(`file:${path}`);
    },
  );

  it('makes a path absolute, so that it cannot start with a dash or a protocol', () => {
    expect(fileArgument('-x')).toMatch(/^file:\/.*\/-x$/);
    expect(fileArgument('json:{}')).toMatch(/^file:\/.*\/json:\{\}$/);
  });

  it('refuses a NUL byte', () => {
    expect(() => fileArgument('/a\0b')).toThrow(RangeError);
  });
});

describe('the argument builders', () => {
  const image = { path: '/d/a.raw', format: 'raw' } as const;

  it('always name the format', () => {
    expect(infoArguments(image)).toEqual(['info', '--output=json', '-f', 'raw', 'file:/d/a.raw']);
    expect(checkArguments(image, { shareLock: true })).toEqual([
      'check',
      '--output=json',
      '-U',
      '-f',
      'raw',
      'file:/d/a.raw',
    ]);
  });

  it('double a comma inside an option', () => {
    expect(optionArguments({ a: 'x,y', b: true, c: 3 })).toEqual(['-o', 'a=x,,y,b=on,c=3']);
    expect(optionArguments({})).toEqual([]);
  });

  it('create an overlay with its format', () => {
    const overlay = { path: '/d/o', format: 'qcow2', backing: image } as const;
    expect(createArguments(overlay)).toEqual([
      'create',
      '-q',
      '-f',
      'qcow2',
      '-b',
      '/d/a.raw',
      '-F',
      'raw',
      'file:/d/o',
    ]);
  });

  it('convert with everything', () => {
    const args = convertArguments({
      source: image,
      target: { path: '/d/b', format: 'qcow2' },
      compress: true,
      shareLock: true,
      outOfOrder: true,
      coroutines: 16,
      options: { compression_type: 'zstd' },
    });
    expect(args.join(' ')).toBe(
      'convert -p -U -c -W -m 16 -f raw -O qcow2 -o compression_type=zstd file:/d/a.raw file:/d/b',
    );
  });

  it('shrink only when told to', () => {
    expect(resizeArguments(image, 5, false)).not.toContain('--shrink');
    expect(resizeArguments(image, 5, true)).toContain('--shrink');
  });
});
