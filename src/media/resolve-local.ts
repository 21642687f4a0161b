import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { checkPin } from './check-pin.ts';
import type { MediaFacts, MediaFile, MediaSource, ResolvedMedia } from './install-media.ts';
import { openIsoImage } from './iso9660/iso-image.ts';
import { locationOf } from './location-of.ts';
import { recogniseMedia } from './recognise-media.ts';
import { requireBootable, requireTree } from './require-usable.ts';
import type { ResolveContext } from './resolve-media.ts';
import { requireContent } from './stat-media.ts';
import { directoryTree } from './tree/directory-tree.ts';
import { isoTree } from './tree/iso-tree.ts';
import { pinOf } from './verify/listed-pin.ts';

export type LocalFile = {
  readonly path: string;
  /** As the user knows it: the path, the URL it was fetched from, `debian-offline:trixie`. */
  readonly name: string;
  /** Known already for a file out of the cache. */
  readonly sha256?: string;
};

const NO_FACTS: MediaFacts = {
  osId: undefined,
  version: undefined,
  arch: undefined,
  family: undefined,
  volumeLabel: undefined,
  boots: { bios: false, uefi: false },
  kernelArguments: [],
  why: ['it is a finished disk image, taken as it is'],
};

/** An ISO or disk image that lies on this machine. */
export async function resolveFile(
  file: LocalFile,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedMedia> {
  const path = resolve(file.path);
  const { size } = await stat(path);
  requireContent(size, file.name);
  if (source.kind === 'import') return resolveDisk({ ...file, path }, source, context);
  const image = await openIsoImage(path, file.name);
  try {
    const sha256 = file.sha256 ?? (await context.cache.digestOf(path, context.signal));
    const must = await pinOf(source, file.name, context);
    await checkPin(path, sha256, file.name, must?.pin, context.signal);
    const tree = isoTree(image, file.name, context.signal);
    const iso: MediaFile = { role: 'iso', name: manifestName(file), size, sha256 };
    const common = { isoPath: path, source: manifestName(file) };
    if (source.kind === 'cdrom') {
      const facts = await recogniseMedia(tree);
      requireBootable(facts, file.name);
      return { ...common, kind: 'cdrom', facts, files: [iso] };
    }
    const location = await locationOf(tree, source, `sha256:${sha256}`, context.cache);
    return { ...location, ...common, files: [iso, ...location.files] };
  } finally {
    await image.close();
  }
}

async function resolveDisk(
  file: LocalFile,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedMedia> {
  // Before the checksum: what is written while it is made counts as well.
  const writtenAt = String((await stat(file.path, { bigint: true })).mtimeNs);
  const sha256 = file.sha256 ?? (await context.cache.digestOf(file.path, context.signal));
  const must = await pinOf(source, file.name, context);
  await checkPin(file.path, sha256, file.name, must?.pin, context.signal);
  const name = manifestName(file);
  const { size } = await stat(file.path);
  return {
    kind: 'import',
    diskPath: file.path,
    writtenAt,
    facts: NO_FACTS,
    files: [{ role: 'disk', name, size, sha256 }],
    source: name,
  };
}

/** An install tree in a folder of this machine. */
export async function resolveDirectory(
  folder: string,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedMedia> {
  const path = resolve(folder);
  requireTree(folder, source);
  const location = await locationOf(directoryTree(path), source, undefined, context.cache);
  return { ...location, tree: { kind: 'directory', path }, source: basename(path) };
}

/** Paths of this machine are nobody's business in a manifest; a URL or Kiln's own word may stay. */
function manifestName({ name }: LocalFile): string {
  return /^[a-z][a-z0-9+.-]+:/.test(name) ? name : basename(name);
}
