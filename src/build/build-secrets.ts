import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../artifact/write-file-atomically.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { urlSecrets } from '../foundation/public-url.ts';
import { namedSecrets, type Redactor, redactTexts } from '../foundation/redact.ts';
import { redactorByTraces, type SecretTrace, tracesOf } from '../foundation/secret-traces.ts';
import { recordDirectory } from './build-records.ts';
import type { Decision } from './decide-plan.ts';

const tracesPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'secrets.json');

/**
 * Remembers what this build has to hide: variables that are secrets by their names, passwords in URLs, and what the install script
 * alone may hold. A guest prints them as it likes, into a log that QEMU writes; so they are hidden when something of that log is told or handed on,
 * and no value is kept.
 */
export async function noteSecrets(
  stateDir: string,
  id: string,
  { plan, script }: Pick<Decision, 'plan' | 'script'>,
): Promise<void> {
  const { variables, kernelArguments } = plan;
  const inUrls = [...Object.values(variables), ...kernelArguments].flatMap(urlSecrets);
  const traces = tracesOf([...namedSecrets(variables), ...inUrls, ...(script?.secrets ?? [])]);
  if (traces.length === 0) return;
  await writeFileAtomically(tracesPath(stateDir, id), `${JSON.stringify(traces)}\n`, 0o600);
}

/** Hides the secrets of a build; a build that had none has no file. */
export async function buildRedactor(stateDir: string, id: string): Promise<Redactor> {
  const text = await readFile(tracesPath(stateDir, id), 'utf8').catch(ifMissing('[]'));
  // The file is Kiln's own, put in place whole.
  return redactorByTraces(JSON.parse(text) as SecretTrace[]);
}

/** What Kiln itself says of a failure, and decides by; a secret that is such a word by chance is not told by it. */
const OWN_WORDS = new Set([
  ...['kind', 'cause', 'suggestion', 'patternId', 'patternAt', 'settings', 'add'],
  ...['lifecycle', 'serialLog', 'screenshot'],
]);

/** Hides secrets in what a guest has said of a failure. */
export const withoutSecrets = <Failure>(failure: Failure, redact: Redactor): Failure =>
  redactTexts(failure, redact, OWN_WORDS);
