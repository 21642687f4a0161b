import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, SpecError } from '../../foundation/errors.ts';
import { requireCertificates, whyUnfit } from './fit-signer.ts';
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
  await requireKey(key, await requireFit(certificate, context));
  if (chain !== undefined) await requireCertificates(chain, 'chain');
  const more = chain === undefined ? [] : ['-certfile', chain];
  for (const name of names) {
    const path = join(folder, name);
    const args = ['-sign', '-binary', '-noattr', '-in', path, '-signer', certificate, '-inkey', key, ...more];
    await runOpenssl(['cms', ...args, '-outform', 'DER', '-out', `${path}.sig`], context).catch(
      (cause: unknown) => {
        if (cause instanceof CancelledError) throw cause;
        throw new SpecError('ipxe.signing', `${name} cannot be signed with ${key} and ${certificate}.`, {
          cause,
        });
      },
    );
  }
}

/** Before anything is signed that no iPXE would run. */
async function requireFit(path: string, context: OpensslContext): Promise<X509Certificate> {
  const content = await readFile(path);
  const certificate = parsed(() => new X509Certificate(content));
  const why = certificate === undefined ? 'is no certificate in PEM' : await whyUnfit(certificate, context);
  if (certificate !== undefined && why === undefined) return certificate;
  throw new SpecError('ipxe.signing', `The certificate ${path} cannot sign menus: it ${why}.`);
}

async function requireKey(path: string, certificate: X509Certificate): Promise<void> {
  const pem = await readFile(path);
  const key = parsed(() => createPrivateKey(pem));
  if (key !== undefined && certificate.checkPrivateKey(key) && !isEdwards(key)) return;
  throw new SpecError('ipxe.signing', `The key ${path} cannot sign menus: it ${whyNoKey(pem, key)}.`);
}

const isEdwards = ({ asymmetricKeyType }: KeyObject): boolean => asymmetricKeyType?.startsWith('ed') === true;

function whyNoKey(pem: Uint8Array, key: KeyObject | undefined): string {
  if (key !== undefined && isEdwards(key))
    return `is of a kind (${key.asymmetricKeyType}) that iPXE does not know; make an RSA key`;
  if (key !== undefined) return 'is not the one of the certificate; name the pair that was made together';
  // Of PKCS #8, and of the older PEM.
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(Buffer.from(pem).toString('latin1')))
    return 'has a passphrase, which Kiln does not ask for; `openssl pkey -in KEY -out FILE` writes one without, for your eyes alone';
  return 'is no private key in PEM';
}

/** @returns undefined for what is none: that is the only reason Node's parsers throw, and the caller tells it */
function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
