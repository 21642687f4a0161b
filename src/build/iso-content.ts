import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ServedContent } from '../http-server/served-content.ts';
import type { IsoImage } from '../media/iso9660/iso-image.ts';

type Extent = { readonly offset: number; readonly length: number };

/** The files inside an ISO, served from where they lie in it: nothing is unpacked. `image` must stay open meanwhile. */
export function isoContent(image: IsoImage, isoPath: string): ServedContent {
  return async ({ path }) => {
    const record = await image.find(path);
    if (record?.kind !== 'file') return undefined;
    const { extents } = record;
    const size = extents.reduce((sum, { length }) => sum + length, 0);
    return {
      kind: 'reader',
      size,
      read: (first, last) => Readable.from(bytesOf(isoPath, extents, first, last), { objectMode: false }),
    };
  };
}

/** Files of 4 GiB and more lie in several extents. */
async function* bytesOf(
  path: string,
  extents: readonly Extent[],
  first: number,
  last: number,
): AsyncGenerator<Buffer> {
  let before = 0;
  for (const { offset, length } of extents) {
    const [from, to] = [Math.max(first - before, 0), Math.min(last - before, length - 1)];
    before += length;
    if (from > to) continue;
    yield* createReadStream(path, { start: offset + from, end: offset + to }) as AsyncIterable<Buffer>;
  }
}
