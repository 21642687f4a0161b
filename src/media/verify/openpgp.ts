import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostError, MediaError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { CommandError, runCommand } from '../../process/run-command.ts';
import { binaryKeyring } from './keyrings.ts';

export type SignedText = {
  /** File with the text; clear-signed unless `signature` is given. */
  readonly path: string;
  /** File with the detached signature. */
  readonly signature?: string;
  /** How messages name the text. */
  readonly name: string;
  readonly keyrings: readonly string[];
  /** For files of ours. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

export type Verified = { /** Only what was signed. */ readonly text: string; readonly signedBy: string };

const CLEAR_SIGNED = /^-----BEGIN PGP SIGNED MESSAGE-----\r?$/m;

export function isClearSigned(text: string): boolean {
  return CLEAR_SIGNED.test(text);
}

/**
 * Checks an OpenPGP signature with gpgv(1), which trusts every key of the keyrings it is given and no other.
 * @throws MediaError `media.signature` (details: reason `unknown-key`, `bad`, `expired` or `none`, keys), `media.keyring`;
 * HostError `host.tool-missing`
 */
export async function verifySignature(signed: SignedText): Promise<Verified> {
  const { path, signature, name, folder, signal, logger } = signed;
  if (signed.keyrings.length === 0) {
    throw new MediaError(
      'media.keyring',
      `The signature of ${name} cannot be checked: this host has no keyring of a distribution. Name one with --keyring.`,
    );
  }
  const keyrings = await Promise.all(
    signed.keyrings.map((keyring, index) => binaryKeyring(keyring, folder, index)),
  );
  const output = join(folder, 'signed');
  const args = [
    '--status-fd=1',
    ...keyrings.map((keyring) => `--keyring=${keyring}`),
    ...(signature === undefined ? [`--output=${output}`, path] : [signature, path]),
  ];
  const options = { ...(signal ? { signal } : {}), ...(logger ? { logger } : {}) };
  const status = await runCommand('gpgv', args, options).then(({ stdout }) => stdout, statusOfFailure);
  const signedBy = judge(status, name, signed.keyrings);
  return { text: await readFile(signature === undefined ? output : path, 'utf8'), signedBy };
}

function statusOfFailure(error: unknown): string {
  if (!(error instanceof CommandError)) throw error;
  if (!error.notFound) return error.stdout;
  throw new HostError(
    'host.tool-missing',
    'gpgv is not installed, so signatures cannot be checked. Install the package gpgv (Debian, Ubuntu), gnupg2 (Fedora), gpg2 ' +
      '(openSUSE) or gnupg (Arch).',
    { cause: error },
  );
}

/** Status words of gnupg's doc/DETAILS. One good signature will do, as long as none is bad: lists are signed with old and new keys. */
function judge(status: string, name: string, keyrings: readonly string[]): string {
  const said = (word: string): string[] =>
    [...status.matchAll(new RegExp(`^\\[GNUPG:\\] ${word} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
  const [good] = said('GOODSIG');
  const bad = said('BADSIG');
  if (good !== undefined && bad.length === 0 && said('VALIDSIG').length > 0) return good;
  const rings =
    keyrings.length === 1 ? keyrings[0] : `the ${keyrings.length} keyrings of distributions on this host`;
  if (bad.length > 0)
    throw refused(
      'bad',
      bad,
      `The signature of ${name} is wrong: its text was changed after it was signed, or the signature is another text's. Do not use it.`,
    );
  const unknown = said('NO_PUBKEY');
  if (unknown.length > 0)
    throw refused(
      'unknown-key',
      unknown,
      `${name} is signed with the key ${unknown.join(', ')}, which is not in ${rings}. Name the keyring that has it with ` +
        "--keyring, after making sure that the key is the distribution's.",
    );
  const old = [...said('EXPKEYSIG'), ...said('EXPSIG'), ...said('REVKEYSIG')];
  if (old.length > 0)
    throw refused(
      'expired',
      old,
      `The signature of ${name} or its key is expired or revoked: ${old.join('; ')}.`,
    );
  throw refused('none', [], `${name} bears no OpenPGP signature that gpgv understands.`);
}

function refused(reason: string, keys: readonly string[], message: string): MediaError {
  return new MediaError('media.signature', message, { details: { reason, keys } });
}
