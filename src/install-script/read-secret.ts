import { stat } from 'node:fs/promises';
import { SpecError } from '../foundation/errors.ts';
import { readRegularFile } from '../foundation/read-regular-file.ts';
import type { SecretRef } from '../spec/build-spec.ts';

const LARGEST_SECRET = 2 ** 16;

function refuse(code: string, message: string, cause?: unknown): SpecError {
  return new SpecError(code, message, cause === undefined ? {} : { cause });
}

/**
 * The value a reference points to, without the line break at its end.
 * @throws SpecError `secret.not-found`, `secret.unreadable`, `secret.empty`, `secret.invalid`
 */
export async function readSecret(
  ref: SecretRef,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const name = 'file' in ref ? `The secret file ${ref.file}` : `The environment variable ${ref.env}`;
  const value = 'file' in ref ? await fromFile(ref.file, name) : env[ref.env];
  if (value === undefined) throw refuse('secret.not-found', `${name} is not set.`);
  const secret = value.replace(/\r?\n$/, '');
  if (secret === '') throw refuse('secret.empty', `${name} is empty.`);
  if (/[\n\r]/.test(secret))
    throw refuse('secret.invalid', `${name} has more than one line; a password is one line.`);
  // Node reads bytes of the environment that are not UTF-8 as U+FFFD: no guest would know that password.
  if ('env' in ref && secret.includes('\ufffd')) throw notUtf8(name);
  if (/\p{Cc}/u.test(secret))
    throw refuse(
      'secret.invalid',
      `${name} holds control characters, which nobody can type; leave them out.`,
    );
  return secret;
}

/** What the user should know of a secret's file before it is relied on. */
export async function secretNote(ref: SecretRef): Promise<string | undefined> {
  if (!('file' in ref)) return undefined;
  const mode = (await stat(ref.file)).mode & 0o777;
  if ((mode & 0o044) === 0) return undefined;
  return `The secret file ${ref.file} can be read by others (mode ${mode.toString(8).padStart(4, '0')}); chmod 600 keeps it yours.`;
}

async function fromFile(path: string, name: string): Promise<string> {
  const file = await readRegularFile(path, LARGEST_SECRET);
  if (file.kind !== 'content') {
    const code = file.kind === 'missing' ? 'secret.not-found' : 'secret.unreadable';
    throw refuse(code, `${name} ${file.why}. Name a file that holds the password alone.`, file.cause);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.content);
  } catch (cause) {
    throw notUtf8(name, cause);
  }
}

function notUtf8(name: string, cause?: unknown): SpecError {
  return refuse('secret.invalid', `${name} is not UTF-8; save the password as UTF-8.`, cause);
}
