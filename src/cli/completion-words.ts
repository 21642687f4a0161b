import { join } from 'node:path';
import { listBuilds } from '../build/build-records.ts';
import { placesFrom } from '../foundation/places.ts';
import { listTemplates } from '../spec/find-template.ts';
import type { CliIo } from './cli-io.ts';
import { safeLine } from './safe-text.ts';

/** Words only this host knows, one a line, for the completion scripts. A shell that asks while typing wants words or nothing. */
export async function printWords(kind: string, io: CliIo): Promise<void> {
  const words = await wordsOf(kind, io);
  io.out.write(words.map((word) => `${safeLine(word)}\n`).join(''));
}

async function wordsOf(kind: string, io: CliIo): Promise<readonly string[]> {
  if (kind === 'templates') return listTemplates(join(io.projectDir, 'vm-templates'));
  if (kind === 'os') return (await import('../os/find-os.ts')).OS_WORDS;
  return kind === 'builds' ? buildIds(io) : [];
}

async function buildIds({ env }: CliIo): Promise<readonly string[]> {
  return (await listBuilds(placesFrom(env).state)).map(({ id }) => id).reverse();
}
