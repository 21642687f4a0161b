import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { ifMissing } from '../foundation/if-missing.ts';

/** Reads what was added to a file since the last time, through truncation and rotation. */
export type TailFile = {
  /** Reads to the end; nothing happens when there is no such file. Not to be called again before it has resolved. */
  readNew(onBytes: (bytes: Uint8Array) => void): Promise<void>;
  close(): Promise<void>;
};

const PIECE_BYTES = 64 * 1024;

/**
 * Rotation is seen by the inode: virtlogd renames `serial.log` to `serial.log.0` at `max_size` (2 MB, virtlogd.conf)
 * and opens a new file. The old one stays open here, so its end is not lost. A file that comes and goes
 * between two calls is not seen. `offset` counts in the first file only.
 */
export function createTailFile(path: string, offset = 0): TailFile {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let file: FileHandle | undefined;
  let position = offset;

  /** @returns whether there was anything */
  async function readToEnd(from: FileHandle, onBytes: (bytes: Uint8Array) => void): Promise<boolean> {
    for (let found = false; ; found = true) {
      const { bytesRead } = await from.read(piece, 0, PIECE_BYTES, position);
      position += bytesRead;
      if (bytesRead > 0) onBytes(piece.subarray(0, bytesRead));
      if (bytesRead === PIECE_BYTES) continue;
      if (found || bytesRead > 0) return true;
      if ((await from.stat()).size >= position) return false;
      position = 0;
    }
  }

  async function wasReplaced(current: FileHandle): Promise<boolean> {
    const here = await stat(path).catch(ifMissing(undefined));
    const ours = await current.stat();
    return here !== undefined && (here.ino !== ours.ino || here.dev !== ours.dev);
  }

  return {
    readNew: async (onBytes) => {
      file ??= await openFile(path);
      if (file === undefined) return;
      // One that still grows has not been replaced, or is looked at again soon.
      if (await readToEnd(file, onBytes)) return;
      while (file !== undefined && (await wasReplaced(file))) {
        await readToEnd(file, onBytes);
        await file.close();
        position = 0;
        file = await openFile(path);
        if (file !== undefined) await readToEnd(file, onBytes);
      }
    },
    close: async () => {
      const closing = file;
      file = undefined;
      await closing?.close();
    },
  };
}

/** undefined when there is no file. A pipe in its place is none: nobody waits for its writer. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(ifMissing(undefined));
  if (file === undefined || !(await file.stat()).isFIFO()) return file;
  await file.close();
  return undefined;
}
