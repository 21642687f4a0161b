import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../../../src/foundation/logger.ts';
import { fetchMedia } from '../../../src/media/fetch-media.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { makeSigningKey, type SigningKey } from './signing-key.ts';
import { serving, startWebServer, type WebServer } from './web-server.ts';

const ISO = Buffer.alloc(100_000, 'iso');
const sha = (algorithm: string, content: Buffer): string =>
  createHash(algorithm).update(content).digest('hex');
const SUMS = `${sha('sha256', ISO)} *x.iso\n`;

let vendor: SigningKey;
let stranger: SigningKey;
beforeAll(async () => {
  [vendor, stranger] = await Promise.all([
    makeSigningKey('Vendor <v@example.org>'),
    makeSigningKey('Stranger'),
  ]);
});
afterAll(async () => {
  await vendor?.remove();
  await stranger?.remove();
});

let folder: string;
let files: Map<string, Buffer>;
let server: WebServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-fetch-'));
  files = new Map([
    ['/x.iso', ISO],
    ['/SUMS', Buffer.from(SUMS)],
  ]);
  server = await startWebServer(serving(files));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const fetch = (
  more: Partial<MediaSource> = {},
  options: { offline?: boolean; target?: string; logger?: Logger } = {},
) =>
  fetchMedia(
    { kind: 'import', from: `${server.url}/x.iso`, ...more },
    { cacheDir: join(folder, 'cache'), ...options },
  );
const list = (more: Partial<MediaSource> = {}): Partial<MediaSource> => ({
  checksums: `${server.url}/SUMS`,
  ...more,
});
const requestsOf = (path: string): number =>
  server.requests.filter((line) => line.startsWith(`GET ${path}`)).length;

describe('a list of checksums', () => {
  it('is believed unsigned, and known content is not fetched again', async () => {
    expect(await fetch(list())).toMatchObject({
      fromCache: false,
      checked: { where: `${server.url}/SUMS:1` },
    });
    expect(await fetch(list())).toMatchObject({ fromCache: true });
    expect(requestsOf('/x.iso')).toBe(1);
  });

  it.each(['keyring', 'armoured'] as const)(
    'is verified with a %s: in the text and beside it',
    async (form) => {
      const keyring = vendor[form];
      files.set('/SUMS', await vendor.clearSign(SUMS));
      expect(await fetch(list({ keyring }))).toMatchObject({
        checked: { signedBy: expect.stringContaining('Vendor'), where: expect.stringMatching(/SUMS:1$/) },
      });
      files.set('/SUMS', Buffer.from(SUMS)).set('/SUMS.gpg', await vendor.detached(SUMS));
      expect(await fetch(list({ keyring }))).toMatchObject({
        checked: { signedBy: expect.stringContaining('Vendor') },
      });
      files.set('/elsewhere.sig', await vendor.detached(SUMS)).delete('/SUMS.gpg');
      const signature = `${server.url}/elsewhere.sig`;
      expect((await fetch(list({ keyring, signature }))).checked?.signedBy).toContain('Vendor');
    },
  );

  it('counts only what was signed', async () => {
    const signed = await vendor.clearSign(`${'0'.repeat(64)}  other.iso\n`);
    files.set('/SUMS', Buffer.concat([Buffer.from(SUMS), signed]));
    await expect(fetch(list({ keyring: vendor.keyring }))).rejects.toMatchObject({
      code: expect.stringMatching(/^media\.(checksum-list|signature)$/),
      exitCode: 4,
    });
  });

  it.each([
    ['unknown-key', async () => vendor.clearSign(SUMS), () => stranger.keyring],
    [
      'bad',
      async () => Buffer.from((await vendor.clearSign(SUMS)).toString().replace('*x.iso', ' x.iso')),
      () => vendor.keyring,
    ],
    ['none', async () => Buffer.from(SUMS), () => vendor.keyring],
  ])('is refused: signature %s', async (reason, text, keyring) => {
    files.set('/SUMS', await text());
    await expect(fetch(list({ keyring: keyring() }))).rejects.toMatchObject({
      code: 'media.signature',
      exitCode: 4,
      details: { reason },
    });
    expect(requestsOf('/x.iso')).toBe(0);
  });

  it.each(['.gpg', '.sign', '.asc', '.sig'])(
    'is not believed without a keyring when a stranger signed it: SUMS%s beside it',
    async (ending) => {
      files.set(`/SUMS${ending}`, await stranger.detached(SUMS));
      // Without any key of a distribution on this host it is the keyring that is missing.
      const code = expect.stringMatching(/^media\.(signature|keyring)$/);
      await expect(fetch(list())).rejects.toMatchObject({ code, exitCode: 4 });
      await writeFile(join(folder, 'SUMS'), SUMS);
      await writeFile(join(folder, `SUMS${ending}`), await stranger.detached(SUMS));
      await expect(fetch({ checksums: join(folder, 'SUMS') })).rejects.toMatchObject({ code, exitCode: 4 });
      expect(requestsOf('/x.iso')).toBe(0);
    },
  );

  it.each([
    ['nothing', ''],
    ['no key', 'junk'],
    ['a page', '<html>'],
  ])('is refused with a keyring that holds %s', async (_what, content) => {
    files.set('/SUMS', await vendor.clearSign(SUMS));
    const keyring = join(folder, 'keys.gpg');
    await writeFile(keyring, content);
    await expect(fetch(list({ keyring }))).rejects.toMatchObject({
      code: 'media.keyring',
      message: expect.stringContaining('holds no OpenPGP public key'),
    });
  });

  it('tells files of the same name apart by their folders', async () => {
    const other = sha('sha256', Buffer.from('other'));
    const lines = [`${other}  ./netboot/gtk/x.iso`, `${sha('sha256', ISO)}  ./netboot/x.iso`];
    files.set('/SUMS', Buffer.from(`${lines.join('\n')}\n`)).set('/images/netboot/x.iso', ISO);
    const from = `${server.url}/images/netboot/x.iso`;
    expect(await fetch(list({ from }))).toMatchObject({ checked: { where: `${server.url}/SUMS:2` } });
  });

  it('is looked up on this machine too, and a keyring that is missing is named', async () => {
    const path = join(folder, 'SUMS');
    await writeFile(path, await vendor.clearSign(SUMS));
    expect((await fetch({ checksums: path, keyring: vendor.keyring })).checked?.where).toBe(`${path}:1`);
    await expect(fetch({ checksums: path, keyring: join(folder, 'none.gpg') })).rejects.toMatchObject({
      code: 'media.keyring',
    });
  });

  it('names its line when the file is another one', async () => {
    files.set('/x.iso', Buffer.from('changed'));
    await expect(fetch(list())).rejects.toMatchObject({
      code: 'media.checksum',
      details: { where: `${server.url}/SUMS:1` },
    });
    expect(await readdir(join(folder, 'cache', 'media', 'objects'))).toEqual([]);
  });
});

describe('mirrors', () => {
  const pin = { algorithm: 'sha512', digest: sha('sha512', ISO) } as const;

  it('are tried in order, and none is trusted', async () => {
    files.delete('/x.iso');
    files.set('/old/x.iso', Buffer.from('old')).set('/good/x.iso', ISO);
    const mirrors = ['/none/x.iso', '/old/x.iso', '/good/x.iso'].map((path) => server.url + path);
    const file = await fetch({ pin, mirrors });
    expect((await readFile(file.path)).equals(ISO)).toBe(true);
  });

  it('that all fail are all named', async () => {
    files.set('/x.iso', Buffer.from('old'));
    await expect(fetch({ pin, mirrors: [`${server.url}/none`] })).rejects.toMatchObject({
      code: 'media.checksum',
      details: { reasons: [{ code: 'media.checksum' }, { code: 'media.not-found' }] },
    });
  });
});

describe('the cache', () => {
  it('serves offline without one request, whatever the address', async () => {
    const pin = { algorithm: 'sha256', digest: sha('sha256', ISO) } as const;
    await fetch(list());
    const before = server.requests.length;
    expect((await fetch({}, { offline: true })).fromCache).toBe(true);
    expect((await fetch(list(), { offline: true })).fromCache).toBe(true);
    expect((await fetch({ from: `${server.url}/other.iso`, pin }, { offline: true })).fromCache).toBe(true);
    await expect(fetch({ from: `${server.url}/y.iso` }, { offline: true })).rejects.toMatchObject({
      code: 'media.offline',
    });
    await expect(fetch(list({ keyring: vendor.keyring }), { offline: true })).rejects.toMatchObject({
      code: 'media.offline',
    });
    expect(server.requests).toHaveLength(before);
  });

  it('is filled once by many at a time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => fetch({})));
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    expect(requestsOf('/x.iso')).toBe(1);
    expect(await readdir(join(folder, 'cache', 'media', 'partial'))).toEqual([]);
  });

  it('fetches what changed behind the same address', async () => {
    await fetch();
    files.set('/x.iso', Buffer.from('another file'));
    expect(await fetch()).toMatchObject({ fromCache: false, size: 12 });
  });

  it.each([
    ['copies', () => ({}), () => ({ target: join(folder, 'copy.iso') })],
    ['pins', () => ({ pin: { algorithm: 'sha256', digest: sha('sha256', ISO) } as const }), () => ({})],
  ])('reads what it %s, and fetches anew what a disk damaged', async (_what, more, options) => {
    const { path } = await fetch();
    const same = join(folder, 'same-time');
    // utimes(2) through Node knows no nanoseconds.
    execFileSync('touch', ['-r', path, same]);
    await writeFile(path, Buffer.concat([ISO.subarray(0, -1), Buffer.from('?')]));
    execFileSync('touch', ['-r', same, path]);
    const file = await fetch(more(), options());
    expect(file).toMatchObject({ fromCache: false, sha256: sha('sha256', ISO) });
    expect((await readFile(file.path)).equals(ISO)).toBe(true);
  });

  it('takes no file without content, and warns of a page', async () => {
    files.set('/x.iso', Buffer.alloc(0));
    await expect(fetch()).rejects.toMatchObject({ code: 'media.empty', exitCode: 4 });
    const warnings: string[] = [];
    files.set('/x.iso', Buffer.from('<!DOCTYPE html><title>404 Not Found</title>'));
    await fetch({}, { logger: { ...silentLogger, warn: (text) => warnings.push(text) } });
    expect(warnings).toEqual([expect.stringContaining('is a web page')]);
  });

  it('hands out a copy', async () => {
    const target = join(folder, 'copy.iso');
    await fetch({}, { target });
    expect((await readFile(target)).equals(ISO)).toBe(true);
  });
});
