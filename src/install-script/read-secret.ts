import { readFile } from 'node:fs/promises';
import { SpecError } from '../foundation/errors.ts';
import type { SecretRef } from '../spec/build-spec.ts';

function refuse(code: string, message: string, cause?: unknown): SpecError {
  return new SpecError(code, message, cause === undefined ? {} : { cause });
}

/**
 * The value a reference points to, without the line break at its end.
 * @throws SpecError `secret.not-found`, `secret.empty`
 */
export async function readSecret(
  ref: SecretRef,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const name = 'file' in ref ? `The secret file ${ref.file}` : `The environment variable ${ref.env}`;
  const value = 'file' in ref ? await fromFile(ref.file) : env[ref.env];
  if (value === undefined) throw refuse('secret.not-found', `${name} is not set.`);
  const secret = value.replace(/\r?\n$/, '');
  if (secret === '') throw refuse('secret.empty', `${name} is empty.`);
  return secret;
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'does not exist' : `cannot be read: ${String(cause)}`;
    throw refuse('secret.not-found', `The secret file ${path} ${why}.`, cause);
  }
}
