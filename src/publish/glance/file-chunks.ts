import { type FileHandle, open } from 'node:fs/promises';

/** Large enough that the system calls cost nothing, small enough that a slow network holds little in memory. */
const CHUNK = 512 * 1024;

/**
 * A file's bytes in pieces, each of them valid until the next one is asked for: two buffers take turns, one being read into while the
 * other is used. New ones for each piece would wait for the collector, tens of mebibytes of them.
 *
 * Whoever takes them must therefore ask for the next only when it is done with the last. undici does: a socket's `write` is answered
 * with false by any piece of at least its high-water mark, and then undici waits for `drain`, which comes when nothing is queued any
 * more (Node.js, "writable.write"). Hence all pieces but the last are full.
 */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  const file = await open(path);
  let reading: Promise<Uint8Array> | undefined;
  try {
    const buffers = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)] as const;
    const read = (buffer: Buffer): Promise<Uint8Array> => {
      reading = fill(file, buffer);
      reading.catch(() => undefined); // thrown where it is awaited, which may be much later, or never after a break
      return reading;
    };
    let [now, other] = buffers;
    let next = read(now);
    for (;;) {
      const chunk = await next;
      if (chunk.length === 0) return;
      next = read(other);
      yield chunk;
      [now, other] = [other, now];
    }
  } finally {
    await reading?.catch(() => undefined);
    await file.close();
  }
}

/** Reads until the buffer is full or the file ends: a read may be short for other reasons (read(2)). */
async function fill(file: FileHandle, buffer: Buffer): Promise<Uint8Array> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}
