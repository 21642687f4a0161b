import { join } from 'node:path';
import { type BuildRecord, listBuilds } from '../build/build-records.ts';
import { canResume } from '../build/interrupted-install.ts';
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
  const { state } = placesFrom(io.env);
  const builds = await buildsOf(kind, state);
  return builds.map(({ id }) => id).reverse();
}

async function buildsOf(kind: string, state: string): Promise<readonly BuildRecord[]> {
  if (kind === 'builds') return listBuilds(state);
  if (kind === 'running-builds')
    return (await listBuilds(state)).filter(({ status }) => status === 'running');
  if (kind !== 'resumable-builds') return [];
  const builds = await listBuilds(state);
  const resumable = await Promise.all(builds.map((build) => canResume(build, state)));
  return builds.filter((_, index) => resumable[index]);
}
