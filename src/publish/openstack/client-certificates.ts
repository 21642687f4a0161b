import { X509Certificate } from 'node:crypto';
import { homedir } from 'node:os';
import { createSecureContext } from 'node:tls';
import { PublishError } from '../../foundation/errors.ts';
import { readTextFile } from '../../foundation/read-regular-file.ts';
import type { CloudSettings } from './cloud-settings.ts';

/** PEM texts, as TLS takes them. */
export type Certificates = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/**
 * What a cloud's settings name, read and looked at, since Node takes a `ca` without any certificate and says of the others only in the
 * middle of a handshake that they are none. A key may stand in the certificate's file, as openstacksdk lets it.
 * @throws PublishError `publish.credentials`
 */
export async function certificatesOf(cloud: CloudSettings): Promise<Certificates> {
  const { cacert, cert, key } = cloud;
  const ca = cacert === undefined ? {} : { ca: await readCertificate(cacert, 'cacert') };
  if (cert === undefined) {
    if (key !== undefined) throw refusal(`${key} (key)`, 'belongs to a certificate, and none is set (cert)');
    return ca;
  }
  const pair = {
    cert: await readCertificate(cert, 'cert'),
    key: await readPem(key ?? cert, key ? 'key' : 'cert'),
  };
  if (key === undefined && !pair.key.includes('PRIVATE KEY-----'))
    throw refusal(`${cert} (cert)`, 'holds no private key, and none is set (key)');
  try {
    createSecureContext(pair);
  } catch (cause) {
    const { reason } = cause as { readonly reason?: unknown };
    const why = typeof reason === 'string' ? ` (${reason})` : '';
    throw refusal(`${key ?? cert} (key)`, `cannot be used with the certificate ${cert}${why}`, cause);
  }
  return { ...ca, ...pair };
}

async function readCertificate(path: string, setting: string): Promise<string> {
  const pem = await readPem(path, setting);
  try {
    return new X509Certificate(pem) && pem;
  } catch (cause) {
    throw refusal(`${path} (${setting})`, 'holds no certificate that can be read', cause);
  }
}

async function readPem(path: string, setting: string): Promise<string> {
  const full = path.replace(/^~(?=\/)/, homedir());
  return readTextFile(full, (why, cause) => refusal(`${path} (${setting})`, why, cause));
}

const refusal = (what: string, why: string, cause?: unknown): PublishError =>
  new PublishError(
    'publish.credentials',
    `${what} ${why}. Name the file with the PEM text in the cloud's settings.`,
    { cause },
  );
