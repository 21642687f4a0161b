import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MediaError } from '../../foundation/errors.ts';
import { aboutWrite } from '../../foundation/write-file.ts';
import { type ByteSource, fileBytes } from '../byte-source.ts';
import { requireContent } from '../stat-media.ts';
import { nameFileKind } from './file-kind.ts';
import {
  type BootRecord,
  bootCatalogueOffset,
  type DirectoryRecord,
  directoryRecords,
  type Extent,
  isVolumeDescriptor,
  parseBootCatalogue,
  parsePrimaryVolume,
  parseSystemUse,
  plainName,
  SECTOR,
  type SystemUse,
  type VolumeDescriptor,
} from './structures.ts';

/** An ISO 9660 image opened for reading: without mount, root or other programs, in a few milliseconds. */
export type IsoImage = {
  readonly volumeLabel: string;
  readonly systemId: string;
  readonly publisherId: string;
  readonly boots: BootRecord;
  /** The entry of that path, symbolic links followed; undefined when there is none. */
  find(path: string): Promise<DirectoryRecord | undefined>;
  list(path: string): Promise<readonly DirectoryRecord[]>;
  /** The beginning of a file, `limit` bytes at most. */
  read(record: DirectoryRecord, limit: number): Promise<Buffer>;
  extract(record: DirectoryRecord, path: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

const FIRST_DESCRIPTOR = 16 * SECTOR;
const LARGEST_DIRECTORY = 16 * 2 ** 20;
const MOST_LINKS = 16;
const PIECE = 2 ** 20;

/** @throws MediaError `media.not-found`, `media.empty`, `media.not-iso`, `media.truncated`, `media.damaged` */
export async function openIsoImage(path: string, name = path): Promise<IsoImage> {
  return readIsoImage(await fileBytes(path, name));
}

/** Closes the source when it is no ISO image, and with the image. */
export async function readIsoImage(source: ByteSource): Promise<IsoImage> {
  try {
    const { volume, boots } = await readDescriptors(source);
    return imageOf(source, source.name, volume, boots);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readDescriptors(file: ByteSource): Promise<{ volume: VolumeDescriptor; boots: BootRecord }> {
  const { name: path, size } = file;
  requireContent(size, path);
  const sectors = await readExtent(file, { offset: FIRST_DESCRIPTOR, length: 16 * SECTOR });
  const descriptors = Array.from({ length: Math.floor(sectors.length / SECTOR) }, (_, index) =>
    sectors.subarray(index * SECTOR, (index + 1) * SECTOR),
  );
  const end = descriptors.findIndex((sector) => !isVolumeDescriptor(sector) || sector[0] === 255);
  const valid = end < 0 ? descriptors : descriptors.slice(0, end);
  const volume = valid.map(parsePrimaryVolume).find((found) => found !== undefined);
  if (volume === undefined) {
    const kind = nameFileKind(await readExtent(file, { offset: 0, length: 512 }));
    throw new MediaError(
      'media.not-iso',
      `${path} is not an ISO 9660 image${kind ? `: it is ${kind}` : ''}. Name an installer ISO` +
        `${kind?.includes('disk') ? ', or use --import for a finished disk image' : ''}.`,
      { details: { kind } },
    );
  }
  if (volume.bytes > size) {
    throw new MediaError(
      'media.truncated',
      `${path} has ${size} bytes, but the image in it has ${volume.bytes}: the download or copy is incomplete.`,
      { details: { expected: volume.bytes, got: size } },
    );
  }
  const catalogue = valid.map(bootCatalogueOffset).find((offset) => offset !== undefined);
  const boots =
    catalogue === undefined
      ? { bios: false, uefi: false }
      : parseBootCatalogue(await readExtent(file, { offset: catalogue, length: SECTOR }));
  return { volume, boots };
}

function imageOf(file: ByteSource, path: string, volume: VolumeDescriptor, boots: BootRecord): IsoImage {
  const listExtent = (extents: readonly Extent[]): Promise<DirectoryRecord[]> =>
    readDirectory(file, extents[0] ?? volume.root, volume.blockSize, path);
  const root: DirectoryRecord = { name: '', kind: 'directory', extents: [volume.root] };

  const find = async (wanted: string, links = 0): Promise<DirectoryRecord | undefined> => {
    let here = root;
    const parts = wanted.split('/').filter((part) => part !== '' && part !== '.');
    for (const [index, part] of parts.entries()) {
      if (here.kind !== 'directory') return undefined;
      const entries = await listExtent(here.extents);
      const found =
        entries.find(({ name }) => name === part) ??
        entries.find(({ name }) => name === plainName(part) && name === name.toLowerCase());
      if (found === undefined) return undefined;
      if (found.kind === 'symlink') {
        if (links >= MOST_LINKS) return undefined;
        const rest = parts.slice(index + 1);
        return find(resolveLink(parts.slice(0, index), found.target ?? '', rest), links + 1);
      }
      here = found;
    }
    return here;
  };
  return {
    volumeLabel: volume.label,
    systemId: volume.systemId,
    publisherId: volume.publisherId,
    boots,
    find,
    list: async (folder) => {
      const record = await find(folder);
      return record?.kind === 'directory' ? listExtent(record.extents) : [];
    },
    read: async (record, limit) => {
      const pieces: Buffer[] = [];
      let left = limit;
      for (const extent of record.extents) {
        pieces.push(
          await readExtent(file, { offset: extent.offset, length: Math.min(extent.length, left) }, path),
        );
        left -= Math.min(extent.length, left);
      }
      return Buffer.concat(pieces);
    },
    extract: (record, target, signal) =>
      pipeline(
        Readable.from(piecesOf(file, record.extents, path)),
        createWriteStream(target),
        ...(signal ? [{ signal }] : []),
      ).catch((error: unknown) => {
        throw aboutWrite(error, target);
      }),
    close: () => file.close(),
  };
}

/** `..` may not leave the image: it stops at the root. */
function resolveLink(parents: readonly string[], target: string, rest: readonly string[]): string {
  const stack: string[] = target.startsWith('/') ? [] : [...parents];
  for (const part of [...target.split('/'), ...rest]) {
    if (part === '..') stack.pop();
    else if (part !== '' && part !== '.') stack.push(part);
  }
  return stack.join('/');
}

async function readDirectory(
  file: ByteSource,
  extent: Extent,
  blockSize: number,
  path: string,
): Promise<DirectoryRecord[]> {
  if (extent.length > LARGEST_DIRECTORY) throw damaged(path, `a folder of ${extent.length} bytes`);
  const records: DirectoryRecord[] = [];
  let pending: Extent[] = [];
  for (const raw of directoryRecords(await readExtent(file, extent, path), blockSize)) {
    pending.push(raw.extent);
    // Files of 4 GiB and more come in several records of the same name.
    if (raw.continues) continue;
    const use = await systemUseOf(file, raw.systemUse);
    const kind = use.isLink ? 'symlink' : raw.isDirectory ? 'directory' : 'file';
    records.push({
      name: use.name ?? plainName(raw.identifier),
      kind,
      extents: pending,
      ...(use.isLink ? { target: use.linkParts.join('/') } : {}),
    });
    pending = [];
  }
  return records;
}

async function systemUseOf(file: ByteSource, area: Buffer): Promise<SystemUse> {
  const use: SystemUse = { linkParts: [], isLink: false };
  parseSystemUse(area, use);
  for (let count = 0; use.continuation && count < MOST_LINKS; count += 1) {
    parseSystemUse(await readExtent(file, use.continuation), use);
  }
  return use;
}

async function* piecesOf(file: ByteSource, extents: readonly Extent[], path: string): AsyncGenerator<Buffer> {
  for (const { offset, length } of extents) {
    for (let done = 0; done < length; done += PIECE) {
      yield await readExtent(file, { offset: offset + done, length: Math.min(PIECE, length - done) }, path);
    }
  }
}

/** Reads as much of the extent as the file has; with `path` given, less than all is an error about that image. */
async function readExtent(file: ByteSource, extent: Extent, path?: string): Promise<Buffer> {
  const bytes = await file.read(extent.offset, extent.length);
  if (path !== undefined && bytes.length < extent.length)
    throw damaged(path, 'a file that lies beyond its end');
  return bytes;
}

function damaged(path: string, what: string): MediaError {
  return new MediaError('media.damaged', `${path} is damaged: it has ${what}. Fetch it again.`);
}
