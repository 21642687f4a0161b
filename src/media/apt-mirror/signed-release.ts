import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { CommandError, runCommand } from '../../process/run-command.ts';
import type { DebianMirror } from '../debian-offline/debian-mirror.ts';
import type { AptContext } from '../debian-offline/private-apt.ts';

/** Files of a suite by path below `dists/<suite>/`, each fetched against the checksum that Debian signed. */
export type SignedSuite = {
  readonly sums: ReadonlyMap<string, string>;
  /** @throws MediaError `media.incomplete` when the suite does not list it or the mirror does not have it */
  fetch(path: string, target: string): Promise<void>;
};

/** Fetches `InRelease` through apt (so its proxy is used) and checks the signature with gpgv(1). */
export async function openSignedSuite(
  mirror: DebianMirror,
  suite: string,
  folder: string,
  context: AptContext,
): Promise<SignedSuite> {
  const base = `${mirror.baseUri}dists/${suite}/`;
  const inRelease = join(folder, 'InRelease');
  await fetchThroughApt(`${base}InRelease`, inRelease, undefined, context);
  const release = join(folder, 'Release');
  try {
    await runCommand('gpgv', ['--keyring', mirror.keyring, '--output', release, inRelease], context);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    const why = cause.notFound
      ? 'gpgv is not installed, so its signature cannot be checked'
      : `its Release file is not signed by ${mirror.keyring}`;
    throw new MediaError('media.unavailable', `The install tree of Debian ${suite} is not used: ${why}.`, {
      cause,
    });
  }
  const sums = parseReleaseSums(await readFile(release, 'utf8'));
  return {
    sums,
    fetch: async (path, target) => {
      const sum = sums.get(path);
      if (sum === undefined) throw incomplete(`dists/${suite} lists no ${path}`);
      await fetchThroughApt(base + path, target, sum, context);
    },
  };
}

/** The `SHA256:` section of a Release file: path → checksum. */
export function parseReleaseSums(text: string): Map<string, string> {
  const section = text.split(/^SHA256:\s*\n/m)[1]?.split(/^\S/m)[0] ?? '';
  return new Map(
    [...section.matchAll(/^ ([0-9a-f]{64})\s+\d+ (\S+)$/gm)].map(([, sum = '', path = '']) => [path, sum]),
  );
}

/** `SHA256SUMS` of the installer images: `<sum>  ./netboot/debian-installer/amd64/linux`. */
export function parseSums(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64})\s+(?:\.\/)?(\S+)$/gm)].map(([, sum = '', path = '']) => [path, sum]),
  );
}

export async function fetchThroughApt(
  url: string,
  target: string,
  sha256: string | undefined,
  context: AptContext,
): Promise<void> {
  const hash = sha256 === undefined ? [] : [`SHA256:${sha256}`];
  try {
    await runCommand('/usr/lib/apt/apt-helper', ['download-file', url, target, ...hash], context);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    const lines = cause.stderr.split('\n').filter((line) => line.startsWith('E:'));
    throw incomplete(
      `${new URL(url).pathname} cannot be fetched (${lines.at(-1) ?? 'apt-helper failed'})`,
      cause,
    );
  }
}

export function incomplete(what: string, cause?: unknown): MediaError {
  return new MediaError(
    'media.incomplete',
    `The Debian mirror of this machine has no complete install tree: ${what}. Point apt at a complete mirror, or use ` +
      'other media.',
    { cause },
  );
}
