import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../../src/http-server/start-http-server.ts';
import { exportMenus } from '../../../src/ipxe/menu/export-menus.ts';
import { sealedContent } from '../../../src/ipxe/menu/sealed-content.ts';
import { signFiles } from '../../../src/ipxe/menu/sign-menus.ts';
import { verifyMenus } from '../../../src/ipxe/menu/verify-menus.ts';
import { makeSigner } from '../../support/signing-keys.ts';

/** What somebody who can write into the folder, but has no key, may try; with real openssl. */
const run = promisify(execFile);
const EVIL = '#!ipxe\nshell\n';
let keys: string;
let folder: string;

beforeAll(async () => {
  keys = mkdtempSync(join(tmpdir(), 'kiln-keys-'));
  for (const name of ['ours', 'theirs']) await makeSigner(keys, name);
  const names = ['menu.ipxe', 'boot.cfg', 'debian.ipxe', 'ubuntu.ipxe', 'scripts/debian-13.preseed'];
  const files = names.map((path) => ({ path, text: `#!ipxe\necho ${path}\n` }));
  await exportMenus(files, join(keys, 'menus'), {
    version: '1',
    sign: (draft, signed) => signFiles(draft, signed, signer('ours')),
  });
});
afterAll(() => rmSync(keys, { recursive: true }));

const signer = (name: string) => ({
  key: join(keys, `${name}.key`),
  certificate: join(keys, `${name}.pem`),
});
const at = (name: string): string => join(folder, 'menus', name);
const put = (name: string, text: string): void => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const verify = () => verifyMenus(join(folder, 'menus'), signer('ours').certificate);
const refused = (code: string, file?: string) =>
  expect.objectContaining({
    code,
    ...(file === undefined ? {} : { message: expect.stringContaining(file) }),
  });
const list = (): { version: string; files: Record<string, string> } =>
  JSON.parse(readFileSync(at('kiln-menus.json'), 'utf8')) as ReturnType<typeof list>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-verify-'));
  cpSync(join(keys, 'menus'), join(folder, 'menus'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is content with what was signed', async () => {
  expect(await verify()).toMatchObject({ listed: Object.keys(list().files), beside: [], unsigned: [] });
  await expect(verifyMenus(join(folder, 'menus'), signer('theirs').certificate)).rejects.toThrow(
    refused('ipxe.signed-by-another'),
  );
});

describe('a certificate that imgverify would refuse', () => {
  const CODE = 'extendedKeyUsage=codeSigning';
  const DIGITAL = 'keyUsage=digitalSignature';
  const [PAST, FUTURE, FAR] = ['20200101000000Z', '20900101000000Z', '20910101000000Z'];

  /** Past Kiln's own signing, which refuses it. */
  async function signedBy(name: string): Promise<void> {
    const { key, certificate } = signer(name);
    const cms = ['cms', '-sign', '-binary', '-noattr', '-signer', certificate, '-inkey', key];
    for (const path of ['kiln-menus.json', ...Object.keys(list().files)])
      await run('openssl', [...cms, '-in', at(path), '-outform', 'DER', '-out', at(`${path}.sig`)]);
  }

  it.each([
    ['of no use named', { extensions: [] }, 'lacks the extended key usage codeSigning'],
    ['for servers', { extensions: [DIGITAL, 'extendedKeyUsage=serverAuth'] }, 'usage codeSigning'],
    ['without digitalSignature', { extensions: [CODE] }, 'lacks the key usage digitalSignature'],
    ['for certificates', { extensions: [CODE, 'keyUsage=keyCertSign'] }, 'usage digitalSignature'],
    ['expired', { from: PAST, to: '20200201000000Z' }, 'expired on 2020-02-01T00:00:00.000Z'],
    ['not valid yet', { from: FUTURE, to: FAR }, 'is not valid before 2090-01-01T00:00:00.000Z'],
  ])('%s: neither signs nor is believed', async (_, how, why) => {
    await makeSigner(folder, 'unfit', { ...how, authority: signer('ours') });
    const unfit = { key: join(folder, 'unfit.key'), certificate: join(folder, 'unfit.pem') };
    const message = expect.stringContaining(why);
    await expect(signFiles(join(folder, 'menus'), ['boot.cfg'], unfit)).rejects.toThrow(
      expect.objectContaining({ code: 'ipxe.signing', message }),
    );
    for (const end of ['key', 'pem']) copyFileSync(join(folder, `unfit.${end}`), join(keys, `unfit.${end}`));
    await signedBy('unfit');
    await expect(verify()).rejects.toThrow(expect.objectContaining({ code: 'ipxe.unfit-signer', message }));
    await expect(verify()).rejects.toThrow('CN=unfit');
  });

  it('vouched for by an authority that has expired, is not called one of somebody else', async () => {
    await makeSigner(keys, 'old', { from: PAST, to: '20200201000000Z' });
    await makeSigner(keys, 'young', { authority: signer('old') });
    await signedBy('young');
    const verified = verifyMenus(join(folder, 'menus'), signer('old').certificate);
    await expect(verified).rejects.toThrow(refused('ipxe.unfit-signer', '"CN=old" expired on 2020-02-01'));
    await expect(verify()).rejects.toThrow(refused('ipxe.signed-by-another'));
  });
});

it.each(['own.ipxe', 'boot.cfg'])('does not wait for the writer of a pipe: %s', async (name) => {
  rmSync(at(name), { force: true });
  await run('mkfifo', [at(name)]);
  copyFileSync(at('menu.ipxe.sig'), at(`${name}.sig`));
  await expect(verify()).rejects.toThrow(refused('ipxe.tampered', `${name} is`));
  await expect(verify()).rejects.toThrow('a pipe, not a file');
});

it('nor for one among the files of others, or in the place of a signature', async () => {
  put('tools/signed.bin.sig', 'of some kind');
  await run('mkfifo', [at('tools/signed.bin')]);
  expect(await verify()).toMatchObject({ unsigned: ['tools/signed.bin', 'tools/signed.bin.sig'] });
  rmSync(at('boot.cfg.sig'));
  await run('mkfifo', [at('boot.cfg.sig')]);
  await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', 'boot.cfg.sig is a pipe'));
});

it('tells of the draft of a killed export, and does not look into it', async () => {
  put('.kiln-export.x/new/menu.ipxe', EVIL);
  const { draft, unsigned, beside, seals } = await verify();
  expect({ draft, unsigned, beside }).toEqual({ draft: '.kiln-export.x', unsigned: [], beside: [] });
  expect([...seals.keys()].join()).not.toContain('.kiln-export');
});

describe('is not walked around', () => {
  it('by taking a changed script off the list', async () => {
    put('debian.ipxe', EVIL);
    rmSync(at('debian.ipxe.sig'));
    const { version, files } = list();
    const { 'debian.ipxe': _, ...others } = files;
    put('kiln-menus.json', JSON.stringify({ version, files: others }));
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'kiln-menus.json'));
  });

  it('by an empty list, with or without a signature', async () => {
    put('kiln-menus.json', '{"files":{}}');
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'kiln-menus.json'));
    rmSync(at('kiln-menus.json.sig'));
    await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', 'kiln-menus.json'));
    await signFiles(join(folder, 'menus'), ['kiln-menus.json'], signer('theirs'));
    await expect(verify()).rejects.toThrow(refused('ipxe.signed-by-another', 'kiln-menus.json'));
  });

  it('by a list that holds the sum of a changed script', async () => {
    put('debian.ipxe', EVIL);
    const { version, files } = list();
    const sum = createHash('sha256').update(EVIL).digest('hex');
    put('kiln-menus.json', JSON.stringify({ version, files: { ...files, 'debian.ipxe': sum } }));
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'kiln-menus.json'));
  });

  it.each(['evil.ipxe', 'hosts/MAC-525400123456.ipxe', 'evil.sig', 'menu.ipxe.sig.sig', '.evil'])(
    'by a script that was not there: %s',
    async (name) => {
      put(name, EVIL);
      await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', name));
    },
  );

  it('by a script with a signature of somebody else, or of another file', async () => {
    put('evil.ipxe', EVIL);
    await signFiles(join(folder, 'menus'), ['evil.ipxe'], signer('theirs'));
    await expect(verify()).rejects.toThrow(refused('ipxe.signed-by-another', 'evil.ipxe'));
    copyFileSync(at('menu.ipxe.sig'), at('evil.ipxe.sig'));
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'evil.ipxe'));
  });

  it('by a link to a folder elsewhere', async () => {
    put('../elsewhere/evil.ipxe', EVIL);
    symlinkSync(join(folder, 'elsewhere'), at('linked'));
    await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', 'linked'));
  });

  it('by a link to a file elsewhere, which no server of a folder follows', async () => {
    put('../elsewhere.cfg', readFileSync(at('boot.cfg'), 'utf8'));
    rmSync(at('boot.cfg'));
    symlinkSync('../elsewhere.cfg', at('boot.cfg'));
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'boot.cfg is not what was signed'));
    await expect(verify()).rejects.toThrow('is a link that leads out of the folder');
  });

  it('by one signed script in the place of another', async () => {
    for (const end of ['', '.sig']) copyFileSync(at(`ubuntu.ipxe${end}`), at(`debian.ipxe${end}`));
    await expect(verify()).rejects.toThrow(refused('ipxe.tampered', 'debian.ipxe'));
  });

  it('by taking a script or its signature away', async () => {
    rmSync(at('debian.ipxe.sig'));
    await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', 'debian.ipxe'));
    rmSync(at('debian.ipxe'));
    await expect(verify()).rejects.toThrow(refused('ipxe.missing', 'debian.ipxe is not there'));
  });
});

it('takes what has a signature of its own, and tells of files of others that have none', async () => {
  put('own.ipxe', EVIL);
  put('tools/memtest64.bin', 'a memory test');
  put('tools/signed.bin', 'another');
  put('mirror/debian/linux', 'a kernel');
  put('mirror/debian/linux.sig', 'a signature of another kind');
  await signFiles(join(folder, 'menus'), ['own.ipxe', 'tools/signed.bin'], signer('ours'));
  expect(await verify()).toMatchObject({
    beside: ['own.ipxe', 'tools/signed.bin'],
    unsigned: ['mirror/debian/linux', 'mirror/debian/linux.sig', 'tools/memtest64.bin'],
  });
});

it('has nothing served but what was verified, as long as it is unchanged', async () => {
  put('tools/memtest64.bin', 'a memory test');
  const { seals } = await verify();
  const server = await startHttpServer({ content: sealedContent(join(folder, 'menus'), seals) });
  try {
    const status = async (path: string): Promise<number> => (await fetch(new URL(path, server.url))).status;
    expect(await status('menu.ipxe')).toBe(200);
    expect(await status('menu.ipxe.sig')).toBe(200);
    expect(await status('tools/memtest64.bin')).toBe(404);
    put('menu.ipxe', readFileSync(at('menu.ipxe'), 'utf8').replace('echo', 'eval'));
    put('later.ipxe', EVIL);
    expect(await status('menu.ipxe')).toBe(404);
    expect(await status('later.ipxe')).toBe(404);
    expect(await status('boot.cfg')).toBe(200);
  } finally {
    await server.close();
  }
});

it('is not asked of an authority that is none', async () => {
  for (const name of ['ours.key', 'menus/boot.cfg'])
    await expect(verifyMenus(join(folder, 'menus'), join(keys, name))).rejects.toMatchObject({
      code: 'ipxe.signing',
      message: expect.stringContaining('holds no certificate'),
    });
});

it('nor passes a signature that lies elsewhere and would not be served', async () => {
  copyFileSync(at('boot.cfg.sig'), join(folder, 'elsewhere.sig'));
  rmSync(at('boot.cfg.sig'));
  symlinkSync('../elsewhere.sig', at('boot.cfg.sig'));
  await expect(verify()).rejects.toThrow(refused('ipxe.unsigned', 'boot.cfg.sig'));
});
