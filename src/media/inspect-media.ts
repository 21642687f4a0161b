import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import { publicUrl } from '../foundation/public-url.ts';
import { findOs } from '../os/find-os.ts';
import { checkBootFile } from './boot-file.ts';
import { fetchFile } from './fetch-file.ts';
import { findBootFiles } from './find-boot-files.ts';
import type { InstallerFamily, MediaFacts } from './install-media.ts';
import { isFileUrl } from './install-media.ts';
import { type IsoImage, openIsoImage, readIsoImage } from './iso9660/iso-image.ts';
import { parseMediaLocator } from './media-locator.ts';
import { noInstallTree } from './no-install-tree.ts';
import { recogniseByOsinfo } from './recognise-by-osinfo.ts';
import { recogniseMedia } from './recognise-media.ts';
import { contextFor, type ResolveContext, type ResolveOptions } from './resolve-media.ts';
import { isDirectory } from './stat-media.ts';
import { directoryTree } from './tree/directory-tree.ts';
import { isoTree } from './tree/iso-tree.ts';
import type { MediaTree } from './tree/media-tree.ts';
import { urlTree } from './tree/url-tree.ts';
import { type ListedChecksum, parseTreeInfo } from './tree-info.ts';

export type InspectedFile = {
  readonly role: 'kernel' | 'initrd';
  /** Inside the media. */
  readonly path: string;
  /** What the media say about it. */
  readonly listed?: ListedChecksum;
  /** Known for media of this machine, whose files are read. */
  readonly sizeBytes?: number;
  readonly sha256?: string;
  /** Whether it is what the media say. */
  readonly matches?: boolean;
};

export type MediaInspection = {
  /** As it was named, without credentials. */
  readonly source: string;
  readonly kind: 'iso' | 'tree';
  readonly sizeBytes?: number;
  readonly osId?: string;
  readonly title?: string;
  readonly version?: string;
  readonly arch?: string;
  readonly family?: InstallerFamily;
  readonly volumeLabel?: string;
  readonly boots: MediaFacts['boots'];
  readonly isIpxe: boolean;
  readonly bootFiles: readonly InspectedFile[];
  readonly kernelArguments: readonly string[];
  /** The evidence, a sentence each. */
  readonly why: readonly string[];
  /** What would stand in the way of using it, a sentence each. */
  readonly problems: readonly string[];
};

type Opened = {
  readonly kind: MediaInspection['kind'];
  readonly tree: MediaTree;
  readonly image?: IsoImage;
  readonly sizeBytes?: number;
  /** Its files lie on this machine, so reading them costs nothing. */
  readonly local: boolean;
  /** Asked when nothing was found in it: servers that show no folders answer for one only where there is no file either. */
  readonly requireThere?: () => Promise<void>;
};

/**
 * What media are and how they boot, without mounting anything. Of an ISO on a server only the parts that matter are read, where the server
 * gives parts; else it is fetched into the cache.
 * @throws MediaError `media.not-found`, `media.no-kernel` for a folder or address where nothing tells of an installer, `media.not-iso`, `media.unsafe-path`, `media.offline` and others
 */
export async function inspectMedia(from: string, options: ResolveOptions): Promise<MediaInspection> {
  const context = await contextFor(options);
  const opened = await openMedia(from, context);
  try {
    return await inspect(opened, context);
  } finally {
    await opened.image?.close();
  }
}

async function openMedia(from: string, context: ResolveContext): Promise<Opened> {
  const locator = parseMediaLocator(from);
  if (locator.scheme === 'path') {
    if (await isDirectory(locator.path))
      return { kind: 'tree', tree: directoryTree(locator.path), local: true };
    return openedIso(await openIsoImage(locator.path), locator.path, (await stat(locator.path)).size);
  }
  if (locator.scheme !== 'url') {
    throw new MediaError(
      'media.unsupported',
      `${from} is made by Kiln and needs no inspection; name a path or a URL.`,
    );
  }
  const { url } = locator;
  if (!isFileUrl(url)) {
    if (context.offline)
      throw new MediaError(
        'media.offline',
        `${publicUrl(url)} cannot be looked at: offline mode forbids it.`,
      );
    const requireThere = () => requireAddress(url, context);
    return { kind: 'tree', tree: urlTree(url, context.downloader), local: false, requireThere };
  }
  const remote = context.offline ? undefined : await context.downloader.openBytes(url);
  if (remote !== undefined)
    return { ...openedIso(await readIsoImage(remote), publicUrl(url), remote.size), local: false };
  const file = await fetchFile(url, { kind: 'cdrom', from }, context);
  return openedIso(await openIsoImage(file.path, publicUrl(url)), publicUrl(url), file.size);
}

/** Of a folder FTP tells nothing. */
async function requireAddress(url: string, { downloader }: ResolveContext): Promise<void> {
  if (/^ftp:/i.test(url) || (await downloader.exists(url))) return;
  throw new MediaError(
    'media.not-found',
    `${publicUrl(url)} is not there, nor is any file of an installer below it. Check the address.`,
  );
}

function openedIso(image: IsoImage, name: string, sizeBytes: number): Opened {
  return { kind: 'iso', tree: isoTree(image, name), image, sizeBytes, local: true };
}

async function inspect(opened: Opened, context: ResolveContext): Promise<MediaInspection> {
  const { kind, tree, image, sizeBytes } = opened;
  const problems: string[] = [];
  const facts = await recogniseMedia(tree);
  const guess = image !== undefined && facts.osId === undefined ? recogniseByOsinfo(image) : undefined;
  const bootFiles = await bootFilesOf(opened, context).catch(async (error: unknown) => {
    if (!(error instanceof MediaError) || error.code !== 'media.no-kernel') throw error;
    // Any folder will do for a tree; an image is at least one.
    if (kind === 'tree' && facts.why.length === 0) {
      await opened.requireThere?.();
      throw opened.local ? await noInstallTree(tree.name, error) : error;
    }
    // An iPXE image fetches its kernel when it runs.
    if (facts.family !== 'ipxe') problems.push(error.message);
    return [];
  });
  problems.push(...bootFiles.flatMap(problemOf));
  if (kind === 'iso' && !facts.boots.bios && !facts.boots.uefi)
    problems.push('No firmware can boot it: it has no El Torito boot catalogue.');
  const osId = facts.osId ?? guess?.osId;
  const arch = facts.arch ?? guess?.arch;
  const title = guess?.title ?? (osId === undefined ? undefined : findOs(osId)?.title);
  return {
    source: tree.name,
    kind,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(osId === undefined ? {} : { osId }),
    ...(title === undefined ? {} : { title }),
    ...(facts.version === undefined ? {} : { version: facts.version }),
    ...(arch === undefined ? {} : { arch }),
    ...(facts.family === undefined ? {} : { family: facts.family }),
    ...(facts.volumeLabel === undefined ? {} : { volumeLabel: facts.volumeLabel }),
    boots: facts.boots,
    isIpxe: facts.family === 'ipxe',
    bootFiles,
    kernelArguments: facts.kernelArguments,
    why: guess === undefined ? facts.why : [...facts.why, guess.why],
    problems,
  };
}

async function bootFilesOf({ tree, local }: Opened, context: ResolveContext): Promise<InspectedFile[]> {
  const names = await findBootFiles(tree);
  const text = await tree.readText('.treeinfo');
  const checksums = text === undefined ? undefined : parseTreeInfo(text, tree.name).checksums;
  const folder = await mkdtemp(join(tmpdir(), 'kiln-inspect-'));
  try {
    const files: InspectedFile[] = [];
    for (const role of ['kernel', 'initrd'] as const) {
      const path = names[role];
      const listed = checksums?.get(path);
      const read = local ? await readFile(tree, path, join(folder, role), listed, context.signal) : {};
      files.push({ role, path, ...(listed ? { listed } : {}), ...read });
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readFile(
  tree: MediaTree,
  path: string,
  copy: string,
  listed: ListedChecksum | undefined,
  signal: AbortSignal | undefined,
): Promise<Pick<InspectedFile, 'sizeBytes' | 'sha256' | 'matches'>> {
  await tree.copy(path, copy);
  await checkBootFile(copy, { path, tree });
  const sha256 = await digestFile(copy, 'sha256', signal);
  const { size: sizeBytes } = await stat(copy);
  if (listed === undefined) return { sizeBytes, sha256 };
  const got = listed.algorithm === 'sha256' ? sha256 : await digestFile(copy, listed.algorithm, signal);
  return { sizeBytes, sha256, matches: got === listed.digest };
}

function problemOf({ path, listed, matches }: InspectedFile): string[] {
  return matches === false ? [`${path} is not the file that ${listed?.where} lists.`] : [];
}
