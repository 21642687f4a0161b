import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../artifact/write-file-atomically.ts';
import { namedSecrets, type Redactor } from '../foundation/redact.ts';
import { redactorByTraces, type SecretTrace, tracesOf } from '../foundation/secret-traces.ts';
import { recordDirectory } from './build-records.ts';
import type { Decision } from './decide-plan.ts';

const tracesPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'secrets.json');

/**
 * Remembers what a report of this build has to hide: variables that are secrets by their names, and what the install script alone may
 * hold. A guest prints them as it likes, into a log that QEMU writes; so they are hidden when that log is handed on, and no value is kept.
 */
export async function noteSecrets(
  stateDir: string,
  id: string,
  { plan, script }: Pick<Decision, 'plan' | 'script'>,
): Promise<void> {
  const traces = tracesOf([...namedSecrets(plan.variables), ...(script?.secrets ?? [])]);
  if (traces.length === 0) return;
  await writeFileAtomically(tracesPath(stateDir, id), `${JSON.stringify(traces)}\n`, 0o600);
}

/** Hides the secrets of a build; a build that had none has no file. */
export async function buildRedactor(stateDir: string, id: string): Promise<Redactor> {
  const text = await readFile(tracesPath(stateDir, id), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  // The file is Kiln's own, put in place whole.
  return redactorByTraces(JSON.parse(text) as SecretTrace[]);
}
