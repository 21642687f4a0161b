import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../artifact/write-file-atomically.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import { urlSecrets } from '../foundation/public-url.ts';
import { namedSecrets, type Redactor, redactTexts } from '../foundation/redact.ts';
import { redactorByTraces, type SecretTrace, tracesOf } from '../foundation/secret-traces.ts';
import { clearPasswords } from '../install-script/clear-passwords.ts';
import { structureOf } from '../install-script/lint/lint-script.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { recordDirectory } from './build-records.ts';
import { isEverydayWord } from './everyday-words.ts';
import type { BuildScript } from './render-for-build.ts';

const tracesPath = (stateDir: string, id: string): string =>
  join(recordDirectory(stateDir, id), 'secrets.json');

type Known = {
  readonly plan: Pick<BuildPlan, 'name' | 'os' | 'script' | 'variables' | 'kernelArguments'>;
  readonly script: Pick<BuildScript, 'text' | 'secrets'> | undefined;
  /** Given in files and environment variables, in clear. */
  readonly passwords: readonly string[];
};

/**
 * Remembers what this build has to hide: variables that are secrets by their names, passwords in URLs, what the install script alone may
 * hold, and passwords in clear, those of the script too. A guest prints them as it likes, into a log that QEMU writes; so they are hidden
 * when something of that log is told or handed on, and no value is kept. What was noted of the build before stays noted.
 */
export async function noteSecrets(stateDir: string, id: string, known: Known): Promise<void> {
  const { variables, kernelArguments } = known.plan;
  const inUrls = [...Object.values(variables), ...kernelArguments].flatMap(urlSecrets);
  const ofScript = known.script?.secrets ?? [];
  await addTraces(stateDir, id, [
    ...namedSecrets(variables),
    ...inUrls,
    ...ofScript,
    ...passwordsToHide(known),
  ]);
}

/** A shorter one may be part of any word that a guest prints; nobody has said that it is a secret, as with a variable's name. */
const SHORTEST_PASSWORD = 6;

function passwordsToHide({ plan, script, passwords }: Known): readonly string[] {
  const { script: { kind } = {}, os } = plan;
  const inScript =
    script === undefined || kind === undefined
      ? []
      : clearPasswords(structureOf(script.text, kind, os === undefined ? {} : { os }));
  return [...passwords, ...inScript].filter(
    (password) => password.length >= SHORTEST_PASSWORD && !isEverydayWord(password, plan),
  );
}

async function addTraces(stateDir: string, id: string, secrets: readonly string[]): Promise<void> {
  const traces = tracesOf(secrets);
  if (traces.length === 0) return;
  const all = [...(await readTraces(stateDir, id)), ...traces];
  await writeFileAtomically(tracesPath(stateDir, id), `${JSON.stringify(all)}\n`, 0o600);
}

/** Hides the secrets of a build; a build that had none has no file. */
export const buildRedactor = async (stateDir: string, id: string): Promise<Redactor> =>
  redactorByTraces(await readTraces(stateDir, id));

async function readTraces(stateDir: string, id: string): Promise<readonly SecretTrace[]> {
  const text = await readFile(tracesPath(stateDir, id), 'utf8').catch(ifMissing('[]'));
  // The file is Kiln's own, put in place whole.
  return JSON.parse(text) as SecretTrace[];
}

/** What Kiln itself says of a failure, and decides by; a secret that is such a word by chance is not told by it. */
const OWN_WORDS = new Set([
  ...['kind', 'cause', 'suggestion', 'patternId', 'patternAt', 'settings', 'add'],
  ...['lifecycle', 'serialLog', 'screenshot'],
]);

/** Hides secrets in what a guest has said of a failure. */
export const withoutSecrets = <Failure>(failure: Failure, redact: Redactor): Failure =>
  redactTexts(failure, redact, OWN_WORDS);
