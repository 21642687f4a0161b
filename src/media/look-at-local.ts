import { lookAtBootFile } from './boot-file.ts';
import { findBootFiles } from './find-boot-files.ts';
import type { MediaFacts, MediaSource } from './install-media.ts';
import { openIsoImage } from './iso9660/iso-image.ts';
import { parseMediaLocator } from './media-locator.ts';
import { recogniseMedia } from './recognise-media.ts';
import { requireArch, requireBootable, requireTree } from './require-usable.ts';
import { isDirectory } from './stat-media.ts';
import { directoryTree } from './tree/directory-tree.ts';
import { isoTree } from './tree/iso-tree.ts';
import type { LocalTree } from './tree/media-tree.ts';

/**
 * What an install medium of this machine tells, without copying a thing. Undefined where it must be fetched or made first, where it is a
 * disk image, and for a choice of several: which one is taken shows only when it is used.
 * @throws MediaError as resolveMedia would: `media.not-found`, `media.not-iso`, `media.no-kernel`, `media.not-a-boot-file`, `media.wrong-arch` and others
 */
export async function lookAtLocal(
  candidates: readonly MediaSource[],
  arch: string,
): Promise<MediaFacts | undefined> {
  const [only, second] = candidates;
  if (only === undefined || second !== undefined || only.kind === 'import') return undefined;
  const locator = parseMediaLocator(only.from);
  if (locator.scheme !== 'path') return undefined;
  const { path } = locator;
  if (await isDirectory(path)) {
    requireTree(path, only);
    return look(directoryTree(path), only, arch);
  }
  const image = await openIsoImage(path);
  try {
    return await look(isoTree(image, path), only, arch);
  } finally {
    await image.close();
  }
}

async function look(tree: LocalTree, source: MediaSource, arch: string): Promise<MediaFacts> {
  const facts = await recogniseMedia(tree);
  requireArch(facts.arch, arch, tree.name);
  if (source.kind === 'cdrom') requireBootable(facts, tree.name);
  else await lookAtBootFiles(tree, source);
  return facts;
}

async function lookAtBootFiles(tree: LocalTree, source: MediaSource): Promise<void> {
  const { kernel, initrd } = await findBootFiles(tree, source);
  await lookAtBootFile(tree, kernel);
  await lookAtBootFile(tree, initrd);
}
