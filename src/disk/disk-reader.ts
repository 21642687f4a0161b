import { type FileHandle, open } from 'node:fs/promises';
import { DiskError } from '../foundation/errors.ts';

/** Random access to bytes that were written by a guest or a stranger: every length is checked before it is used. */
export type DiskReader = {
  /** In bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes.
   * @throws DiskError `disk.out-of-bounds` when the place lies outside or the length is unreasonable
   */
  read(offset: number, length: number): Promise<Buffer>;
};

/** No structure Kiln reads is larger; a length beyond it comes from a damaged or hostile disk. */
const LONGEST_READ = 16 * 2 ** 20;

export function checkBounds(size: number, offset: number, length: number): void {
  const sane = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (sane && length <= LONGEST_READ && offset + length <= size) return;
  throw new DiskError(
    'disk.out-of-bounds',
    `A structure on the disk points to ${length} bytes at ${offset}, outside its ${size} bytes; the disk is damaged.`,
    { details: { offset, length, size } },
  );
}

/** Opens an image file as it lies on the host, whatever its format, and closes it afterwards. */
export async function withFileReader<T>(path: string, use: (reader: DiskReader) => Promise<T>): Promise<T> {
  const file = await openImage(path);
  try {
    const { size } = await file.stat();
    return await use({ size, read: (offset, length) => readFile(file, size, offset, length) });
  } finally {
    await file.close();
  }
}

/** A part of a disk as a disk of its own; its end is cut at the end of the outer one. */
export function sliceOf(reader: DiskReader, start: number, length: number): DiskReader {
  const inside = start >= 0 ? Math.min(length, reader.size - start) : 0;
  const size = Number.isNaN(inside) ? 0 : Math.max(0, inside);
  return {
    size,
    read: async (offset, count) => {
      checkBounds(size, offset, count);
      return reader.read(start + offset, count);
    },
  };
}

async function openImage(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'; // fs errors carry a code
    throw new DiskError(
      missing ? 'disk.not-found' : 'disk.unreadable',
      missing ? `${path} does not exist; check the path.` : `${path} cannot be read; check owner and mode.`,
      { details: { path }, cause },
    );
  }
}

async function readFile(file: FileHandle, size: number, offset: number, length: number): Promise<Buffer> {
  checkBounds(size, offset, length);
  const buffer = Buffer.alloc(length); // a file cut short meanwhile reads as zeroes
  await file.read(buffer, 0, length, offset);
  return buffer;
}
