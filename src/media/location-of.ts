import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkBootFile } from './boot-file.ts';
import { checkListed } from './check-pin.ts';
import { findBootFiles } from './find-boot-files.ts';
import type { MediaFile, MediaSource, ResolvedLocation } from './install-media.ts';
import type { CachedFile, MediaCache } from './media-cache.ts';
import { recogniseMedia } from './recognise-media.ts';
import type { MediaTree } from './tree/media-tree.ts';
import { parseTreeInfo } from './tree-info.ts';

type BootParts = Pick<ResolvedLocation, 'kind' | 'kernelPath' | 'initrdPath' | 'facts'> & {
  readonly files: readonly MediaFile[];
};

/**
 * Finds kernel and initrd in the tree and copies them into the cache. `identity` says which tree this is and changes with
 * its content; with `undefined` they are copied every time.
 */
export async function locationOf(
  tree: MediaTree,
  source: MediaSource,
  identity: string | undefined,
  cache: MediaCache,
): Promise<BootParts> {
  const facts = await recogniseMedia(tree);
  const names = await findBootFiles(tree, source);
  const text = await tree.readText('.treeinfo');
  const checksums = text === undefined ? undefined : parseTreeInfo(text, tree.name).checksums;
  const fetchFile = (name: string): Promise<CachedFile> => {
    const make = async (path: string): Promise<undefined> => {
      await tree.copy(name, path);
      await checkBootFile(path, { path: name, tree });
      await checkListed(path, name, tree.name, checksums?.get(name));
    };
    const key = `boot file ${name} of ${identity ?? tree.name}`;
    return identity === undefined ? cache.make(key, make) : cache.findOrMake(key, make);
  };
  const kernel = await fetchFile(names.kernel);
  const initrd = await fetchFile(names.initrd);
  return {
    kind: 'location',
    kernelPath: kernel.path,
    initrdPath: initrd.path,
    facts,
    files: [
      { role: 'kernel', name: names.kernel, size: kernel.size, sha256: kernel.sha256 },
      { role: 'initrd', name: names.initrd, size: initrd.size, sha256: initrd.sha256 },
    ],
  };
}

export async function mediaFile(path: string, role: MediaFile['role'], sha256: string): Promise<MediaFile> {
  return { role, name: basename(path), size: (await stat(path)).size, sha256 };
}
