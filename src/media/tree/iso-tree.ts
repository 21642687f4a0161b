import { MediaError } from '../../foundation/errors.ts';
import type { IsoImage } from '../iso9660/iso-image.ts';
import { LARGEST_TEXT, type LocalTree } from './media-tree.ts';

export function isoTree(image: IsoImage, name: string, signal?: AbortSignal): LocalTree {
  return {
    name,
    volumeLabel: image.volumeLabel || undefined,
    boots: image.boots,
    fromServer: false,
    exists: async (path) => (await image.find(path))?.kind === 'file',
    readText: async (path) => {
      const record = await image.find(path);
      return record?.kind === 'file' ? (await image.read(record, LARGEST_TEXT)).toString('utf8') : undefined;
    },
    readStart: async (path, limit) => {
      const record = await image.find(path);
      return record?.kind === 'file' ? image.read(record, limit) : undefined;
    },
    copy: async (path, target) => {
      const record = await image.find(path);
      if (record?.kind !== 'file') {
        throw new MediaError('media.not-found', `${name} has no file ${path}.`, { details: { path } });
      }
      await image.extract(record, target, signal);
    },
    list: async (path) => (await image.list(path)).map((record) => record.name),
  };
}
