import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SpecError } from '../../foundation/errors.ts';
import { type OpensslContext, runOpenssl } from './run-openssl.ts';

/** RFC 5280, 4.2.1.12. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

const REMEDY = 'make one with -addext keyUsage=digitalSignature -addext extendedKeyUsage=codeSigning';

/** The certificates of a PEM file, in its order. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * openssl takes a file without any for an authority that vouches for nobody.
 * @param role what the file is to the user, `chain`
 * @throws SpecError `ipxe.signing`
 */
export async function requireCertificates(path: string, role: string): Promise<void> {
  const pem = await readFile(path, 'latin1');
  let found = 0;
  try {
    found = certificatesIn(pem).length;
  } catch {
    // Node throws for what is none, and that is what is said.
  }
  if (found === 0)
    throw new SpecError('ipxe.signing', `The ${role} ${path} holds no certificate in PEM that can be read.`);
}

/**
 * What keeps iPXE's imgverify from taking what was signed with a certificate (crypto/cms.c, cms_verify_signer), and what to do, in words
 * that go on after the certificate's name; undefined when nothing does.
 */
export async function whyUnfit(
  certificate: X509Certificate,
  context: OpensslContext,
): Promise<string | undefined> {
  const late = whyNotNow(certificate);
  if (late !== undefined) return `${late}; sign with one that is valid now`;
  // Node's `keyUsage` are the extended ones; undefined where there are none.
  const uses: readonly string[] | undefined = certificate.keyUsage;
  if (uses?.includes(CODE_SIGNING) !== true)
    return `lacks the extended key usage codeSigning, which iPXE's imgverify asks for; ${REMEDY}`;
  const input = certificate.toString();
  const { stdout } = await runOpenssl(['x509', '-noout', '-ext', 'keyUsage'], { ...context, input });
  if (!/^\s+.*\bDigital Signature\b/m.test(stdout))
    return `lacks the key usage digitalSignature, which iPXE's imgverify asks for; ${REMEDY}`;
  return undefined;
}

/** In words that go on after the certificate's name. */
export function whyNotNow({ validFrom, validTo }: X509Certificate): string | undefined {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  const now = Date.now();
  if (now > to.getTime()) return `expired on ${to.toISOString()}`;
  return now < from.getTime() ? `is not valid before ${from.toISOString()}` : undefined;
}

/** `CN=Lab menus`, on one line. */
export const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll('\n', ', ');
