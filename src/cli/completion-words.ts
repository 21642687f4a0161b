import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listBuilds } from '../build/build-records.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';
import { safeLine } from './safe-text.ts';

/** Words only this host knows, one a line, for the completion scripts. A shell that asks while typing wants words or nothing. */
export async function printWords(kind: string, io: CliIo): Promise<void> {
  const words = await (kind === 'templates' ? templateNames(io) : kind === 'builds' ? buildIds(io) : []);
  io.out.write(words.map((word) => `${safeLine(word)}\n`).join(''));
}

async function templateNames({ projectDir }: CliIo): Promise<string[]> {
  const entries = await readdir(join(projectDir, 'vm-templates'), { recursive: true }).catch(() => []);
  return entries
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => basename(path).replace(/\.ya?ml$/, ''))
    .sort();
}

async function buildIds({ env }: CliIo): Promise<string[]> {
  return (await listBuilds(placesFrom(env).state)).map(({ id }) => id).reverse();
}
