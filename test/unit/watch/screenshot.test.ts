import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ppmToPng } from '../../../src/watch/screenshot.ts';

/** Chunk types and bodies of a PNG, by the W3C specification. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
  const data = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < data.length; ) {
    const length = data.readUInt32BE(at);
    chunks.set(data.toString('latin1', at + 4, at + 8), data.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return chunks;
}

describe('a PPM screenshot as PNG', () => {
  it('keeps size and pixels', () => {
    const pixels = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const chunks = chunksOf(ppmToPng(Buffer.concat([Buffer.from('P6\n# by QEMU\n2 2\n255\n'), pixels])));
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect([...(chunks.get('IHDR') ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
    expect([...inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12,
    ]);
  });

  it.each(['P5\n1 1\n255\nx', 'P6\n2 2\n255\nabc', '', '\x89JPG'])('refuses %j', (text) => {
    expect(() => ppmToPng(Buffer.from(text, 'latin1'))).toThrow(RangeError);
  });
});
