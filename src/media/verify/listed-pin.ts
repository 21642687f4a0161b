import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { publicFrom, publicUrl } from '../../foundation/public-url.ts';
import { readRegularFile, whyNoFile } from '../../foundation/read-regular-file.ts';
import { mebibytes } from '../../foundation/size.ts';
import { writeFile } from '../../foundation/write-file.ts';
import type { MediaPin, MediaSource } from '../install-media.ts';
import { parseMediaLocator } from '../media-locator.ts';
import type { ResolveContext } from '../resolve-media.ts';
import { findInList } from './checksum-list.ts';
import { hostKeyrings, requireKeys } from './keyrings.ts';
import { isClearSigned, verifySignature } from './openpgp.ts';

/** What a file must be, and who says so. */
export type CheckedPin = {
  readonly pin: MediaPin;
  /** `https://host/SHA256SUMS:12`; undefined when the user pinned it. */
  readonly where?: string;
  /** Key and owner, as gpgv tells them; undefined for an unsigned list. */
  readonly signedBy?: string;
};

/** Where signatures lie beside what they sign: Ubuntu, Debian, others. */
const SIGNATURE_ENDINGS = ['.gpg', '.sign', '.asc', '.sig'];

/**
 * The checksum a medium must have: the one pinned, or the one in its list of checksums, whose signature is checked first. A list must
 * be signed when a keyring or a signature is named, and when it is clear-signed or has a signature beside it.
 * @param path of the medium: its name in the list, and folders before it
 * @throws MediaError `media.checksum-list`, `media.signature`, `media.keyring`, `media.not-found`, `media.download`
 */
export async function pinOf(
  source: MediaSource,
  path: string,
  context: ResolveContext,
): Promise<CheckedPin | undefined> {
  const { checksums, pin } = source;
  if (checksums === undefined) return pin === undefined ? undefined : { pin };
  const folder = await mkdtemp(join(tmpdir(), 'kiln-checksums-'));
  try {
    const list = join(folder, 'list');
    await fetchSmall(checksums, list, context);
    const name = publicFrom(checksums);
    const { text, signedBy } = await signedText(source, list, folder, context);
    const found = findInList(text, path, name);
    if (signedBy === undefined)
      context.notice(`${name} is not signed; its checksums are believed because of where it comes from.`);
    agree(pin, found.pin, `${name}:${found.line}`);
    return { pin: found.pin, where: `${name}:${found.line}`, ...(signedBy ? { signedBy } : {}) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function signedText(
  { checksums = '', signature, keyring }: MediaSource,
  list: string,
  folder: string,
  context: ResolveContext,
): Promise<{ readonly text: string; readonly signedBy?: string }> {
  const text = await readFile(list, 'utf8');
  const clear = isClearSigned(text);
  const from = clear ? undefined : (signature ?? (await findSignature(checksums, context)));
  if (!clear && from === undefined) {
    if (keyring !== undefined) throw unsigned(checksums);
    return { text };
  }
  if (keyring !== undefined) await requireKeys(keyring);
  const detached = join(folder, 'signature');
  if (from !== undefined) await fetchSmall(from, detached, context);
  return verifySignature({
    path: list,
    ...(clear ? {} : { signature: detached }),
    name: publicFrom(checksums),
    keyrings: keyring === undefined ? await hostKeyrings() : [keyring],
    folder,
    logger: context.logger,
    ...(context.signal ? { signal: context.signal } : {}),
  });
}

async function findSignature(checksums: string, context: ResolveContext): Promise<string | undefined> {
  const locator = parseMediaLocator(checksums);
  for (const ending of SIGNATURE_ENDINGS) {
    const candidate = withEnding(checksums, ending);
    if (locator.scheme === 'url' && (await context.downloader.exists(candidate))) return candidate;
    if (locator.scheme === 'path' && (await whyNoFile(candidate)) === undefined) return candidate;
  }
  return undefined;
}

function unsigned(checksums: string): MediaError {
  return new MediaError(
    'media.signature',
    `${publicFrom(checksums)} is not signed: it is not clear-signed, and there is no ${SIGNATURE_ENDINGS.join(', ')} beside it. ` +
      'Name its signature, or leave the keyring out to believe it all the same.',
    { details: { reason: 'none', keys: [] } },
  );
}

function withEnding(from: string, ending: string): string {
  if (!URL.canParse(from)) return from + ending;
  const url = new URL(from);
  url.pathname += ending;
  return url.href;
}

/** A line is some 100 bytes: a list of 40 000 files, far more than a release has, and far more than a signature. */
const LARGEST_LIST = mebibytes(4);

async function fetchSmall(from: string, target: string, context: ResolveContext): Promise<void> {
  await writeFile(target, await readSmall(from, context));
}

async function readSmall(from: string, { downloader, offline }: ResolveContext): Promise<Uint8Array> {
  const locator = parseMediaLocator(from);
  if (locator.scheme === 'url') {
    if (offline)
      throw new MediaError('media.offline', `${publicUrl(locator.url)} cannot be fetched in offline mode.`);
    return downloader.readSmall(locator.url, LARGEST_LIST);
  }
  const path = locator.scheme === 'path' ? locator.path : from;
  const file = await readRegularFile(path, LARGEST_LIST);
  if (file.kind === 'content') return file.content;
  throw new MediaError('media.not-found', `The file ${path} ${file.why}. Check its path.`, {
    cause: file.cause,
  });
}

function agree(pin: MediaPin | undefined, listed: MediaPin, where: string): void {
  if (pin === undefined || pin.algorithm !== listed.algorithm || pin.digest === listed.digest) return;
  throw new MediaError(
    'media.checksum-list',
    `${where} lists ${listed.algorithm} ${listed.digest}, and ${pin.digest} is pinned. One of the two is old.`,
    { details: { where } },
  );
}
