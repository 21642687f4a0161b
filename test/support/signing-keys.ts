import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type SignerKind = {
  /** What iPXE's imgverify asks for, unless it is said otherwise. */
  readonly extensions?: readonly string[];
  /** `20200101000000Z` */
  readonly from?: string;
  readonly to?: string;
  /** Who vouches for it; without one it does so itself, and may for others. */
  readonly authority?: { readonly key: string; readonly certificate: string };
};

const FOR_CODE = ['keyUsage=digitalSignature,keyCertSign', 'extendedKeyUsage=codeSigning'];

/** Makes NAME.key and NAME.pem in the folder, by `openssl ca`: before OpenSSL 3.4 nothing else takes both dates. */
export async function makeSigner(folder: string, name: string, kind: SignerKind = {}): Promise<void> {
  const { extensions = FOR_CODE, from = '20260101000000Z', to = '20991231000000Z', authority } = kind;
  const work = join(folder, `${name}.ca`);
  const [key, certificate, request] = [
    join(folder, `${name}.key`),
    join(folder, `${name}.pem`),
    join(work, 'csr'),
  ];
  mkdirSync(work);
  writeFileSync(join(work, 'index'), '');
  const config = [
    ...[
      '[ca]',
      'default_ca=own',
      '[own]',
      `database=${work}/index`,
      `new_certs_dir=${work}`,
      'rand_serial=yes',
    ],
    ...['default_md=sha256', 'policy=any', 'x509_extensions=ext', '[any]', 'commonName=supplied'],
    ...['[ext]', `basicConstraints=CA:${authority === undefined}`, ...extensions],
  ];
  writeFileSync(join(work, 'conf'), `${config.join('\n')}\n`);
  const made = ['-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', key, '-out', request];
  await run('openssl', ['req', '-new', ...made]);
  const by =
    authority === undefined
      ? ['-selfsign', '-keyfile', key]
      : ['-keyfile', authority.key, '-cert', authority.certificate];
  const dates = ['-startdate', from, '-enddate', to];
  const how = ['-config', join(work, 'conf'), '-batch', '-notext', ...dates];
  await run('openssl', ['ca', ...how, ...by, '-in', request, '-out', certificate]);
  rmSync(work, { recursive: true });
}
