import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pathInside } from '../foundation/path-inside.ts';

/** Something the server can send. */
export type Served =
  | {
      readonly kind: 'bytes';
      readonly content: Uint8Array | string;
      /** Content-Type; by the path when left out. */
      readonly type?: string;
      readonly modifiedAt?: Date;
    }
  /** Something that can be read in parts; `last` is inclusive. */
  | {
      readonly kind: 'reader';
      readonly size: number;
      readonly read: (first: number, last: number) => Readable;
      readonly type?: string;
    }
  /** An opened regular file; the server closes it. */
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly type?: string };

export type ContentRequest = {
  /** Decoded, without a leading slash, without `.` and `..` and empty parts: `menu/linux.ipxe`; '' for the root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly client: string;
};

/** What a server serves: undefined means 404. */
export type ServedContent = (request: ContentRequest) => Promise<Served | undefined> | Served | undefined;

/** Files held in memory, by path. */
export function memoryContent(files: ReadonlyMap<string, Uint8Array | string>): ServedContent {
  const modifiedAt = new Date();
  return ({ path }) => {
    const content = files.get(path);
    return content === undefined ? undefined : { kind: 'bytes', content, modifiedAt };
  };
}

/** One file of this host under a name of its own. */
export function fileContent(name: string, path: string): ServedContent {
  return async (request) => (request.path === name ? openRegular(path) : undefined);
}

/** Errors of open(2) and realpath(3) that mean there is no such file for this client. */
const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EISDIR', 'ENXIO'];

/**
 * The regular files below a folder. Links may point to other places in the folder; one that leads out of it counts as missing, and
 * so do folders, pipes, devices and sockets.
 */
export function folderContent(folder: string): ServedContent {
  return async ({ path }) => {
    try {
      const full = await pathInside(folder, path);
      return full === undefined ? undefined : await openRegular(full);
    } catch (error) {
      if (MISSING.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  };
}

/** O_NOFOLLOW: what was a file when its path was checked may be a link now. O_NONBLOCK: opening a pipe must not wait. */
async function openRegular(path: string): Promise<Served | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return { kind: 'file', handle };
  await handle.close();
  return undefined;
}

/** Content below a path of its own: `under('debian', folderContent(tree))`. */
export function under(prefix: string, content: ServedContent): ServedContent {
  const start = `${prefix}/`;
  return (request) =>
    request.path.startsWith(start)
      ? content({ ...request, path: request.path.slice(start.length) })
      : undefined;
}

/** The first content that has the path. */
export function firstOf(...contents: readonly ServedContent[]): ServedContent {
  return async (request) => {
    for (const content of contents) {
      const found = await content(request);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
