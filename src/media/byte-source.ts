import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { MediaError } from '../foundation/errors.ts';
import { whyUnreadable } from '../foundation/read-regular-file.ts';
import { requireFile } from './stat-media.ts';

/** A file that is read here and there, wherever it lies. */
export type ByteSource = {
  /** For messages: the path or URL as the user knows it, without credentials. */
  readonly name: string;
  readonly size: number;
  /** As much of that range as there is. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
};

/** @throws MediaError `media.not-found`, `media.not-a-file` */
export async function fileBytes(path: string, name = path): Promise<ByteSource> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: NodeJS.ErrnoException) => {
      const why = whyUnreadable(cause.code) ?? `cannot be read (${cause.code})`;
      throw new MediaError('media.not-found', `${name} ${why}. Check the path, its owner and its mode.`, {
        cause,
      });
    },
  );
  const found = await file.stat();
  try {
    requireFile(found, name);
  } catch (error) {
    await file.close();
    throw error;
  }
  const { size } = found;
  return {
    name,
    size,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}

/** Small enough that one directory costs one request, large enough that an ISO's beginning does too. */
const BLOCK = 128 * 2 ** 10;

/** Reads whole blocks and keeps them: for sources where every read is a request. */
export function inBlocks(source: ByteSource, block = BLOCK): ByteSource {
  const blocks = new Map<number, Promise<Buffer>>();
  const blockAt = (index: number): Promise<Buffer> => {
    const known = blocks.get(index);
    if (known !== undefined) return known;
    const length = Math.min(block, source.size - index * block);
    const fetched = length > 0 ? source.read(index * block, length) : Promise.resolve(Buffer.alloc(0));
    blocks.set(index, fetched);
    return fetched;
  };
  return {
    ...source,
    read: async (offset, length) => {
      const end = Math.min(offset + length, source.size);
      const pieces: Buffer[] = [];
      for (let at = offset; at < end; ) {
        const index = Math.floor(at / block);
        const piece = (await blockAt(index)).subarray(at - index * block, end - index * block);
        if (piece.length === 0) break;
        pieces.push(piece);
        at += piece.length;
      }
      return Buffer.concat(pieces);
    },
  };
}
