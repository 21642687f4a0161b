import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../src/process/run-command.ts';

export type SigningKey = {
  /** Public key: binary, and the same armoured. */
  readonly keyring: string;
  readonly armoured: string;
  clearSign(text: string): Promise<Buffer>;
  detached(text: string): Promise<Buffer>;
  remove(): Promise<void>;
};

/** A key of GnuPG's own making, in a home folder of its own. */
export async function makeSigningKey(owner: string): Promise<SigningKey> {
  const home = await mkdtemp(join(tmpdir(), 'kiln-gpg-'));
  const gpg = async (...args: string[]): Promise<void> => {
    await runCommand('gpg', [
      '--homedir',
      home,
      '--batch',
      '--quiet',
      '--pinentry-mode',
      'loopback',
      ...args,
    ]);
  };
  await gpg('--passphrase', '', '--quick-gen-key', owner, 'ed25519', 'sign', 'never');
  const file = (name: string): string => join(home, name);
  await gpg('--export', '--output', file('ring.gpg'));
  await gpg('--armor', '--export', '--output', file('ring.asc'));
  const signed = async (how: string, text: string): Promise<Buffer> => {
    await writeFile(file('text'), text);
    await gpg('--yes', how, '--output', file('out'), file('text'));
    return readFile(file('out'));
  };
  return {
    keyring: file('ring.gpg'),
    armoured: file('ring.asc'),
    clearSign: (text) => signed('--clear-sign', text),
    detached: (text) => signed('--detach-sign', text),
    remove: async () => {
      await runCommand('gpgconf', ['--homedir', home, '--kill', 'all']);
      await rm(home, { recursive: true, force: true });
    },
  };
}
