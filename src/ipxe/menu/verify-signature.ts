import type { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecError } from '../../foundation/errors.ts';
import { LEADS_OUT, leadsOut } from '../../foundation/path-inside.ts';
import { whyNoFile } from '../../foundation/read-regular-file.ts';
import { CommandError } from '../../process/run-command.ts';
import { certificatesIn, nameOf, whyNotNow } from './fit-signer.ts';
import { type OpensslContext, runOpenssl } from './run-openssl.ts';

/**
 * Verifies a file against the signature beside it, and the signer against the authority.
 * @returns the signer's certificate, several where several signed
 * @throws SpecError `ipxe.unsigned`, `ipxe.tampered`, `ipxe.signed-by-another`, `ipxe.unfit-signer`; CancelledError
 */
export async function verifySignature(
  folder: string,
  name: string,
  authority: string,
  context: OpensslContext = {},
): Promise<readonly X509Certificate[]> {
  const path = join(folder, name);
  const refused = (code: string, message: string): SpecError =>
    new SpecError(code, `${name} ${message}`, { details: { file: name } });
  const unsigned = (await leadsOut(folder, `${name}.sig`)) ? LEADS_OUT : await whyNoFile(`${path}.sig`);
  if (unsigned !== undefined)
    throw refused('ipxe.unsigned', `has no signature: ${name}.sig ${unsigned}. Sign the menus again.`);
  // openssl would wait for a pipe's writer for ever, and nothing serves what lies elsewhere.
  const noFile = (await leadsOut(folder, name)) ? LEADS_OUT : await whyNoFile(path);
  if (noFile !== undefined)
    throw refused(
      'ipxe.tampered',
      `is not what was signed: it ${noFile}. Put the file itself there, or remove it.`,
    );
  const trust = ['-CAfile', authority, '-purpose', 'any'];
  const trusted = await signersOf(path, trust, context);
  if (trusted !== undefined) return trusted;
  // What it fails on tells what is wrong.
  const signers = await signersOf(path, ['-noverify'], context);
  if (signers === undefined)
    throw refused(
      'ipxe.tampered',
      'is not what was signed: it or its signature was changed. Export the menus again.',
    );
  if ((await signersOf(path, [...trust, '-no_check_time'], context)) === undefined)
    throw refused('ipxe.signed-by-another', `was signed, but not with a key that ${authority} vouches for.`);
  const why = whyOutdated([...signers, ...certificatesIn(await readFile(authority, 'utf8'))]);
  throw refused('ipxe.unfit-signer', `was signed, but ${why}. Renew it and export the menus again.`);
}

/** Which certificate it is that is not valid now. @param known the signer's and the authority's */
function whyOutdated(known: readonly X509Certificate[]): string {
  for (const one of known) {
    const why = whyNotNow(one);
    if (why !== undefined) return `the certificate "${nameOf(one)}" ${why}`;
  }
  return 'a certificate between the signer and the authority is not valid now';
}

/** The certificates of those who signed; undefined when the file is not what they signed, or they are not trusted. */
async function signersOf(
  path: string,
  trust: readonly string[],
  context: OpensslContext,
): Promise<readonly X509Certificate[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-signer-'));
  // Only into a file: Node hands its children sockets, which openssl cannot open by name.
  const signer = join(folder, 'signer.pem');
  const form = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', `${path}.sig`, '-content', path];
  try {
    await runOpenssl([...form, ...trust, '-signer', signer, '-out', '/dev/null'], context);
    return certificatesIn(await readFile(signer, 'utf8'));
  } catch (error) {
    if (error instanceof CommandError && !error.notFound) return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
