import { publicUrl } from '../foundation/public-url.ts';
import { refusePin } from './check-pin.ts';
import { fetchFile, offlineError } from './fetch-file.ts';
import { isFileUrl, type MediaSource, type ResolvedMedia } from './install-media.ts';
import { locationOf } from './location-of.ts';
import { resolveFile } from './resolve-local.ts';
import type { ResolveContext } from './resolve-media.ts';
import { urlTree } from './tree/url-tree.ts';

export async function resolveUrl(
  url: string,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedMedia> {
  const isFile = source.kind !== 'location' || isFileUrl(url);
  if (isFile) {
    const { path, sha256 } = await fetchFile(url, source, context);
    const { checksums: _checked, ...rest } = source;
    return resolveFile({ path, name: publicUrl(url), sha256 }, rest, context);
  }
  if (context.offline) throw offlineError(url);
  refusePin(publicUrl(url), source);
  const tree = urlTree(url, context.downloader);
  const location = await locationOf(tree, source, undefined, context.cache);
  const facts =
    location.facts.family === 'anaconda'
      ? { ...location.facts, kernelArguments: [`inst.repo=${url}`] }
      : location.facts;
  return { ...location, facts, tree: { kind: 'url', url }, source: publicUrl(url) };
}
