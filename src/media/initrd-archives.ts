import { gunzipSync } from 'node:zlib';
import { readCpio } from '../foundation/cpio-newc.ts';

/** The gzip'd archives of an initrd up to the first part that is something else. */
export function* archivesIn(initrd: Buffer): Generator<Buffer> {
  let position = 0;
  while (initrd[position] === 0x1f && initrd[position + 1] === 0x8b) {
    // With `info`, zlib also gives its engine, whose bytesWritten is what it has read of its input (node:zlib).
    const { buffer, engine } = gunzipSync(initrd.subarray(position), { info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    // Members that touch come out as one piece.
    for (let start = 0; start >= 0; start = nextArchive(buffer, start)) yield buffer.subarray(start);
    position += engine.bytesWritten;
    while (initrd[position] === 0) position += 1;
  }
}

const TRAILER = 'TRAILER!!!\0';

/** Where the archive after the one at `start` begins; -1 when there is none. */
function nextArchive(buffer: Buffer, start: number): number {
  let end = start;
  for (const { content } of readCpio(buffer.subarray(start)))
    end = content.byteOffset - buffer.byteOffset + content.length;
  const trailer = buffer.indexOf(TRAILER, end);
  let next = trailer < 0 ? buffer.length : trailer + TRAILER.length;
  while (buffer[next] === 0) next += 1;
  return next + 110 < buffer.length ? next : -1;
}
