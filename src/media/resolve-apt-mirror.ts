import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../foundation/errors.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { runCommand } from '../process/run-command.ts';
import { mirrorArguments } from './added-arguments.ts';
import { findMissing } from './apt-mirror/find-missing.ts';
import {
  fetchThroughApt,
  incomplete,
  openSignedSuite,
  parseSums,
  type SignedSuite,
} from './apt-mirror/signed-release.ts';
import { refusePin } from './check-pin.ts';
import { parseControlFile } from './debian-offline/control-file.ts';
import { type DebianMirror, findDebianMirror } from './debian-offline/debian-mirror.ts';
import type { AptContext } from './debian-offline/private-apt.ts';
import type { MediaSource, ResolvedLocation } from './install-media.ts';
import type { CachedFile } from './media-cache.ts';
import { DEBIAN_FOLDER } from './package-folders.ts';
import type { ResolveContext } from './resolve-media.ts';

const IMAGES = 'main/installer-amd64/current/images';
const NETBOOT = 'netboot/debian-installer/amd64';
/** choose-mirror knows by the last whether the mirror has the architecture; net-retriever checks the signature of the first. */
const ASKED_BY_INSTALLER = ['Release', 'Release.gpg', 'main/binary-amd64/Release'] as const;
const COMPONENT_INDEX = 'main/debian-installer/binary-amd64/Packages.xz';

/**
 * The network installer of the Debian mirror that this machine's apt uses. It is taken only when complete: some mirrors
 * carry the signed lists but not the installer's files, and an installation would stop half-way.
 * @throws MediaError `media.incomplete` (names the first file missing), `media.unavailable`, `media.offline`
 */
export async function resolveAptMirror(
  suite: string,
  source: MediaSource,
  context: ResolveContext,
): Promise<ResolvedLocation> {
  if (context.offline) {
    throw new MediaError(
      'media.offline',
      `${source.from} is fetched from the network, which offline mode forbids.`,
    );
  }
  if (source.kind !== 'location') {
    throw new MediaError('media.unsupported', `${source.from} is an install tree; use it with --location.`);
  }
  refusePin(source.from, source);
  const apt = { logger: context.logger, ...(context.signal ? { signal: context.signal } : {}) };
  const mirror = await findDebianMirror(apt);
  const folder = await makeOwnFolder(await context.cache.folder(DEBIAN_FOLDER), 'tree-');
  try {
    return await useTree({ suite, source, mirror, folder, apt, context });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Work = {
  readonly suite: string;
  readonly source: MediaSource;
  readonly mirror: DebianMirror;
  readonly folder: string;
  readonly apt: AptContext;
  readonly context: ResolveContext;
};

async function useTree(work: Work): Promise<ResolvedLocation> {
  const { suite, mirror, folder } = work;
  const url = new URL(mirror.baseUri);
  if (url.username !== '' || url.protocol !== 'http:') {
    throw incomplete('it is not served over plain HTTP without a password, which the installer would need');
  }
  const signed = await openSignedSuite(mirror, suite, folder, work.apt);
  const sums = await installerSums(signed, folder);
  const names = [`${NETBOOT}/linux`, `${NETBOOT}/initrd.gz`] as const;
  await requireAll(work, [
    ...names.map((name) => `dists/${suite}/${IMAGES}/${name}`),
    `dists/${suite}/${IMAGES}/udeb.list`,
    ...ASKED_BY_INSTALLER.map((name) => `dists/${suite}/${name}`),
  ]);
  await requireAll(work, await componentFiles(work, signed));
  const [kernel, initrd] = await Promise.all(names.map((name) => fetchBootFile(name, sums, work)));
  if (kernel === undefined || initrd === undefined)
    throw incomplete('its checksum list lacks the netboot image');
  return {
    kind: 'location',
    kernelPath: kernel.path,
    initrdPath: initrd.path,
    tree: { kind: 'url', url: `${mirror.baseUri}dists/${suite}/${IMAGES}/netboot/` },
    facts: {
      osId: undefined,
      version: undefined,
      arch: 'x86_64',
      family: 'debian-installer',
      volumeLabel: undefined,
      boots: { bios: false, uefi: false },
      kernelArguments: mirrorArguments(url.host, url.pathname.replace(/\/+$/, '') || '/', suite),
      why: [`the Debian mirror of this machine's apt has the complete network installer of ${suite}`],
    },
    files: [
      { role: 'kernel', name: names[0], size: kernel.size, sha256: kernel.sha256 },
      { role: 'initrd', name: names[1], size: initrd.size, sha256: initrd.sha256 },
    ],
    source: work.source.from,
  };
}

async function installerSums(signed: SignedSuite, folder: string): Promise<Map<string, string>> {
  const path = join(folder, 'SHA256SUMS');
  await signed.fetch(`${IMAGES}/SHA256SUMS`, path);
  return parseSums(await readFile(path, 'utf8'));
}

async function requireAll({ mirror, apt }: Work, paths: readonly string[]): Promise<void> {
  const missing = await findMissing(mirror.baseUri, paths, apt);
  if (missing) {
    const answer = missing.status === 0 ? 'no answer' : `HTTP ${missing.status}`;
    throw incomplete(`${missing.path} is missing (${answer})`);
  }
}

/** What the network installer will ask the mirror for: components made for its kernel, and the base installer's. */
async function componentFiles(work: Work, signed: SignedSuite): Promise<string[]> {
  const list = join(work.folder, 'udeb.list');
  const listUrl = `${work.mirror.baseUri}dists/${work.suite}/${IMAGES}/udeb.list`;
  await fetchThroughApt(listUrl, list, undefined, work.apt);
  const kernel = /^kernel-image-(\S+)-di\b/m.exec(await readFile(list, 'utf8'))?.[1];
  const index = join(work.folder, 'Packages.xz');
  await signed.fetch(COMPONENT_INDEX, index);
  const { stdout } = await runCommand('/usr/lib/apt/apt-helper', ['cat-file', index], work.apt);
  const wanted = parseControlFile(stdout).filter(
    (stanza) =>
      stanza.field('Kernel-Version') === kernel ||
      /^(base-installer|bootstrap-base|partman-.+)$/.test(stanza.name),
  );
  const ofKernel = wanted.filter((stanza) => stanza.field('Kernel-Version') === kernel);
  if (kernel === undefined || ofKernel.length === 0) {
    throw incomplete(`its installer's kernel ${kernel ?? '(unknown)'} has no module components in the index`);
  }
  return wanted.map((stanza) => stanza.field('Filename') ?? '').filter((name) => name !== '');
}

async function fetchBootFile(
  name: string,
  sums: ReadonlyMap<string, string>,
  work: Work,
): Promise<CachedFile> {
  const sum = sums.get(name);
  if (sum === undefined) throw incomplete(`SHA256SUMS lists no ${name}`);
  return work.context.cache.findOrMake(`installer file ${sum}`, async (path) => {
    const url = `${work.mirror.baseUri}dists/${work.suite}/${IMAGES}/${name}`;
    await fetchThroughApt(url, path, sum, work.apt);
    return {};
  });
}
