import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export type FileEnd = {
  readonly content: Buffer;
  /** Of the whole file, in bytes. */
  readonly size: number;
};

/** Neither a link is followed, nor is a pipe waited for. */
const OWN_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The end of a file, or all of one that is no longer than `limit`: whoever lets others write it does not know how long it is.
 * @returns undefined for what is no file: a link, a folder, a pipe, a device
 * @throws the file system's error
 */
export async function readEnd(path: string, limit: number): Promise<FileEnd | undefined> {
  const handle = await open(path, OWN_FILE).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP' || error.code === 'ENXIO') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat();
    if (!found.isFile()) return undefined;
    const { size } = found;
    const content = Buffer.alloc(Math.min(size, limit));
    let filled = 0;
    while (filled < content.length) {
      const position = size - content.length + filled;
      const { bytesRead } = await handle.read(content, filled, content.length - filled, position);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { content: content.subarray(0, filled), size };
  } finally {
    await handle.close();
  }
}
