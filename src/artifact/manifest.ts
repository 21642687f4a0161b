import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { SpecError } from '../foundation/errors.ts';
import type { Artifact } from './artifact.ts';
import { type Manifest, manifestSchema } from './manifest-schema.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** What must not leave this machine with the images. */
export type Confidential = {
  /** Values of secrets; those shorter than four characters are left out, as they are part of innocent words. */
  readonly secrets: readonly string[];
  /** Folders of this machine, such as the home and the build folder. */
  readonly folders: readonly string[];
};

const SHORTEST_SECRET = 4;

/**
 * Writes `manifest.json`, whole or not at all.
 * @throws SpecError `manifest.invalid` when it does not fit the schema, `manifest.confidential` when a text in it holds a secret or
 *   one of the folders; the message says where, not what
 */
export async function writeManifest(
  path: string,
  manifest: Manifest,
  confidential: Confidential,
): Promise<void> {
  const result = manifestSchema.safeParse(manifest);
  if (!result.success) {
    throw new SpecError('manifest.invalid', `The manifest is not valid: ${z.prettifyError(result.error)}`, {
      cause: result.error,
    });
  }
  const leak = findLeak(result.data, leaksOf(confidential), []);
  if (leak) {
    throw new SpecError(
      'manifest.confidential',
      `The manifest's ${leak.at.join('.') || 'top'} holds ${leak.what}; manifests are published, so pass it by reference.`,
      { details: { at: leak.at } },
    );
  }
  await writeFileAtomically(path, `${JSON.stringify(result.data, undefined, 2)}\n`);
}

/**
 * A copy of plain JSON in which folders stand as words, for a plan that names files of this machine:
 * `[['/home/me/builds/x', '<build>'], ['/home/me', '~']]`. Put the longest first.
 * What is no absolute path is ignored: an empty one is found between any two letters.
 */
export function withoutFolders<T>(
  value: T,
  replacements: readonly (readonly [folder: string, word: string])[],
): T {
  const usable = replacements.filter(([folder]) => isTelling(folder));
  const text = (from: string): string =>
    usable.reduce((result, [folder, word]) => result.replaceAll(folder, word), from);
  const walk = (from: unknown): unknown => {
    if (typeof from === 'string') return text(from);
    if (Array.isArray(from)) return from.map(walk);
    if (typeof from !== 'object' || from === null) return from;
    return Object.fromEntries(Object.entries(from).map(([key, inner]) => [text(key), walk(inner)]));
  };
  return walk(value) as T; // the same shape, only strings differ
}

/** The manifest's line about an image. */
export function manifestOutput(artifact: Artifact): Manifest['outputs'][number] {
  const { name, format, imageKind, compression, size, virtualSize, sha256, sha512 } = artifact;
  return { file: name, format, imageKind, compression, size, virtualSize, sha256, sha512 };
}

type Leak = { readonly text: string; readonly what: string };

function leaksOf({ secrets, folders }: Confidential): readonly Leak[] {
  return [
    ...secrets.filter(({ length }) => length >= SHORTEST_SECRET).map((text) => ({ text, what: 'a secret' })),
    ...folders.filter(isTelling).map((text) => ({ text, what: 'a folder of this machine' })),
  ];
}

/** Whether a folder's path says anything about this machine. */
function isTelling(folder: string): boolean {
  return isAbsolute(folder) && folder !== '/';
}

type Found = { readonly at: readonly string[]; readonly what: string };

function findLeak(value: unknown, leaks: readonly Leak[], at: readonly string[]): Found | undefined {
  if (typeof value === 'string') {
    const leak = leaks.find(({ text }) => value.includes(text));
    return leak && { at, what: leak.what };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const inKey = findLeak(key, leaks, [...at, '(a key)']);
    const found = inKey ?? findLeak(inner, leaks, [...at, key]);
    if (found) return found;
  }
  return undefined;
}
