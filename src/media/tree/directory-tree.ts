import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { MediaError } from '../../foundation/errors.ts';
import { pathInside } from '../../foundation/path-inside.ts';
import { fileBytes } from '../byte-source.ts';
import { LARGEST_TEXT, type LocalTree } from './media-tree.ts';
import { whyUnusable } from './unusable-file.ts';

/** An install tree in a folder. Links that lead out of it count as missing. */
export function directoryTree(folder: string): LocalTree {
  const inside = async (path: string): Promise<string | undefined> => {
    try {
      return await pathInside(folder, path);
    } catch (error) {
      return ifMissing(error);
    }
  };
  const fileAt = async (path: string): Promise<string | undefined> => {
    const full = await inside(path);
    return full !== undefined && (await stat(full)).isFile() ? full : undefined;
  };
  return {
    name: folder,
    volumeLabel: undefined,
    boots: { bios: false, uefi: false },
    fromServer: false,
    exists: async (path) => (await fileAt(path)) !== undefined,
    whyUnusable: (path) => whyUnusable(folder, path),
    readText: async (path) => {
      const full = await fileAt(path);
      if (full === undefined || (await stat(full)).size > LARGEST_TEXT) return undefined;
      return readFile(full, 'utf8');
    },
    readStart: async (path, limit) => {
      const full = await fileAt(path);
      if (full === undefined) return undefined;
      const file = await fileBytes(full, `${path} of ${folder}`);
      return file.read(0, limit).finally(() => file.close());
    },
    copy: async (path, target) => {
      const full = await fileAt(path);
      if (full === undefined) {
        throw new MediaError('media.not-found', `${folder} has no file ${path}.`, { details: { path } });
      }
      await copyFile(full, target);
    },
    list: async (path) => {
      const full = await inside(path);
      return full === undefined ? [] : readdir(full).catch(() => []);
    },
  };
}

function ifMissing(error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
  throw error;
}
