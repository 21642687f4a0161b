import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KilnError } from '../../../src/foundation/errors.ts';
import { checkCloud } from '../../../src/publish/check-target.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { type StandInCloud, standInCloud } from '../../support/stand-in-cloud.ts';

/** What stands between Kiln and a service is named where it is to blame, and so is a certificate. */
let scene: FaultScene;
let pem: string;
beforeAll(() => {
  pem = mkdtempSync(join(tmpdir(), 'kiln-pem-'));
  for (const [name, ...more] of [
    ['named', '-addext', 'subjectAltName=DNS:cloud.example,IP:192.0.2.1'],
    ['bare'],
  ] as const) {
    const files = ['-keyout', join(pem, `${name}.key`), '-out', join(pem, `${name}.pem`)];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', ...kind, ...files, '-subj', '/CN=cloud.example', ...more], {
      stdio: 'ignore',
    });
  }
  writeFileSync(join(pem, 'text'), 'no certificate at all\n');
  writeFileSync(join(pem, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  writeFileSync(
    join(pem, 'both.pem'),
    readFileSync(join(pem, 'named.pem'), 'utf8') + readFileSync(join(pem, 'named.key'), 'utf8'),
  );
});
afterAll(() => rmSync(pem, { recursive: true, force: true }));
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const check = (env: Record<string, string>) => checkCloud({}, ['image'], scene.context(env));
const thrownBy = (env: Record<string, string>): Promise<KilnError> =>
  check(env).then(
    () => {
      throw new Error('it succeeded');
    },
    (error: KilnError) => error,
  );

describe('a proxy', () => {
  it('that does not run is to blame, not the service', async () => {
    const { code, message } = await thrownBy({ http_proxy: 'http://joe:hush-hush@127.0.0.1:9' });
    expect(code).toBe('publish.network');
    expect(message).toMatch(/^The proxy http:\/\/127\.0\.0\.1:9 cannot be used .*nothing listens there/);
    expect(message).toContain('no_proxy');
    expect(message).not.toContain('hush');
  });

  it('whose name is none is to blame', async () => {
    const { message } = await thrownBy({ http_proxy: 'http://proxy.invalid:3128' });
    expect(message).toMatch(/^The proxy http:\/\/proxy\.invalid:3128 cannot be used .*\(DNS\)/);
  });

  it('that refuses is to blame', async () => {
    const proxy = createServer((_request, response) => response.writeHead(407).end());
    proxy.on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { message } = await thrownBy({ http_proxy: address });
    proxy.closeAllConnections();
    proxy.close();
    expect(message).toContain(`The proxy ${address} `);
    expect(message).toContain('407');
  });

  it('is not to blame for a service that does not run', async () => {
    const { message } = await thrownBy({ OS_AUTH_URL: 'http://127.0.0.1:9/v3', http_proxy: '' });
    expect(message).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be used/);
  });
});

describe('certificates', () => {
  it.each([
    ['cacert', 'text', {}],
    ['cacert', 'broken.pem', {}],
    ['cert', 'text', { OS_KEY: 'named.key' }],
    ['cert', 'broken.pem', { OS_KEY: 'named.key' }],
    ['cert', 'named.pem', {}],
    ['key', 'text', { OS_CERT: 'named.pem' }],
    ['key', 'bare.key', { OS_CERT: 'named.pem' }],
    ['key', 'named.key', {}],
  ])('%s: %s %j is refused before anything is asked', async (setting, file, others) => {
    const named: Record<string, string> = { [`OS_${setting.toUpperCase()}`]: file, ...others };
    const env = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, join(pem, value)]));
    const { code, message } = await thrownBy(env);
    expect(code).toBe('publish.credentials');
    expect(message).toContain(setting);
    expect(message).not.toMatch(/error:|routines/);
    expect(scene.cloud.requests).toEqual([]);
  });

  it.each<Record<string, string>>([
    { OS_CACERT: 'named.pem' },
    { OS_CERT: 'named.pem', OS_KEY: 'named.key' },
    { OS_CERT: 'both.pem' },
  ])('that are whole are taken: %j', async (named) => {
    const env = Object.entries(named).map(([name, value]) => [name, join(pem, value)]);
    await expect(check(Object.fromEntries(env) as Record<string, string>)).resolves.toMatchObject({
      user: 'u',
    });
  });

  it.each([
    ['named', /is for other names: DNS:cloud\.example, IP Address:192\.0\.2\.1\./],
    ['bare', /names no host \(no subjectAltName\)\./],
  ])('of another host are told with the names they have: %s', async (name, words) => {
    const cert = readFileSync(join(pem, `${name}.pem`), 'utf8');
    const tls: StandInCloud = await standInCloud({
      cert,
      key: readFileSync(join(pem, `${name}.key`), 'utf8'),
    });
    const { code, message } = await thrownBy({
      OS_AUTH_URL: `${tls.url}/v3`,
      OS_CACERT: join(pem, `${name}.pem`),
    });
    await tls.close();
    expect(code).toBe('publish.tls');
    expect(message).toMatch(words);
  });
});
