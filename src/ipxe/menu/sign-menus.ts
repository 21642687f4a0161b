import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, SpecError } from '../../foundation/errors.ts';
import { whyUnfit } from './fit-signer.ts';
import { type OpensslContext, requirePem, runOpenssl } from './run-openssl.ts';

export type SigningKey = {
  /** PEM files: private key, its certificate, and optionally those between it and the authority. */
  readonly key: string;
  readonly certificate: string;
  readonly chain?: string;
};

/**
 * Puts `<name>.sig` beside each file: a detached CMS signature in DER, as `imgverify` reads it (ipxe.org/cmd/imgverify, ipxe.org/crypto).
 * @throws SpecError `ipxe.signing`; CancelledError
 */
export async function signFiles(
  folder: string,
  names: readonly string[],
  { key, certificate, chain }: SigningKey,
  context: OpensslContext = {},
): Promise<void> {
  for (const path of [key, certificate, ...(chain === undefined ? [] : [chain])]) await requirePem(path);
  await requireFit(certificate, context);
  const more = chain === undefined ? [] : ['-certfile', chain];
  for (const name of names) {
    const path = join(folder, name);
    const args = ['-sign', '-binary', '-noattr', '-in', path, '-signer', certificate, '-inkey', key, ...more];
    await runOpenssl(['cms', ...args, '-outform', 'DER', '-out', `${path}.sig`], context).catch(
      (cause: unknown) => {
        if (cause instanceof CancelledError) throw cause;
        throw new SpecError(
          'ipxe.signing',
          `${name} cannot be signed with ${key} and ${certificate}: check that both are PEM files and belong together.`,
          { cause },
        );
      },
    );
  }
}

/** Before anything is signed that no iPXE would run. */
async function requireFit(path: string, context: OpensslContext): Promise<void> {
  const certificate = parseCertificate(await readFile(path));
  const why = certificate === undefined ? 'is no certificate in PEM' : await whyUnfit(certificate, context);
  if (why !== undefined)
    throw new SpecError('ipxe.signing', `The certificate ${path} cannot sign menus: it ${why}.`);
}

function parseCertificate(content: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(content);
  } catch {
    // It throws for one reason alone, and the caller tells it.
    return undefined;
  }
}
