import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SigningKey, signFiles } from '../../../src/ipxe/menu/sign-menus.ts';
import { makeSigner } from '../../support/signing-keys.ts';

/** What menus are to be signed with and cannot be: named, with the reason, before anything is signed. */
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-signing-'));
  for (const name of ['ours', 'theirs']) await makeSigner(folder, name);
  const secret = ['-aes256', '-passout', 'pass:secret'];
  execFileSync('openssl', ['pkey', '-in', at('ours.key'), ...secret, '-out', at('secret.key')]);
  const edwards = ['-newkey', 'ed25519', '-keyout', at('ed.key'), '-out', at('ed.pem')];
  const uses = ['-addext', 'keyUsage=digitalSignature', '-addext', 'extendedKeyUsage=codeSigning'];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-subj', '/CN=ed', ...edwards, ...uses], {
    stdio: 'ignore',
  });
  writeFileSync(at('junk.pem'), 'junk\n');
  writeFileSync(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  writeFileSync(at('menu.ipxe'), '#!ipxe\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pair = (key: string, certificate = 'ours.pem', chain?: string): SigningKey => ({
  key: at(key),
  certificate: at(certificate),
  ...(chain === undefined ? {} : { chain: at(chain) }),
});

it.each<[why: string, named: string, key: () => SigningKey]>([
  ['has a passphrase', 'secret.key', () => pair('secret.key')],
  ['is not the one of the certificate', 'theirs.key', () => pair('theirs.key')],
  ['is of a kind (ed25519)', 'ed.key', () => pair('ed.key', 'ed.pem')],
  ['is no private key in PEM', 'ours.pem', () => pair('ours.pem')],
  ['is no certificate in PEM', 'junk.pem', () => pair('ours.key', 'junk.pem')],
  ['holds no certificate in PEM', 'junk.pem', () => pair('ours.key', 'ours.pem', 'junk.pem')],
  ['holds no certificate in PEM', 'broken.pem', () => pair('ours.key', 'ours.pem', 'broken.pem')],
])('%s: %s', async (why, named, key) => {
  const refused = signFiles(folder, ['menu.ipxe'], key());
  await expect(refused).rejects.toMatchObject({
    code: 'ipxe.signing',
    message: expect.stringContaining(why),
  });
  await expect(refused).rejects.toThrow(at(named));
  expect(readdirSync(folder)).not.toContain('menu.ipxe.sig');
});
