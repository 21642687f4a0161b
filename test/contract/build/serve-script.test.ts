import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ServedScript, serveScript } from '../../../src/build/serve-script.ts';
import type { InstallScriptKind } from '../../../src/spec/build-spec.ts';

let folder: string;
let served: ServedScript | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-serve-'));
});
afterEach(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const logPath = (): string => join(folder, 'installer.log');

/** What the guest sees at 10.0.2.2 is this host's loopback. */
async function serve(kind: InstallScriptKind, installName: string, userData: string): Promise<string> {
  served = await serveScript({
    script: { path: '/s', kind, inject: 'http', installName },
    data: { userData, instanceId: 'i', hostname: 'h' },
    accessLog: join(folder, 'access.log'),
    installerLog: logPath(),
    metadataSocket: join(folder, 'run/socket'),
  });
  return fromHost(served?.guestUrl ?? '');
}
const fromHost = (url: string): string => url.replace('10.0.2.2', '127.0.0.1');
const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) });

const EVENT = {
  name: 'subiquity/Install/install/curtin_install',
  description: 'installing system',
  event_type: 'start',
  origin: 'curtin',
  timestamp: 1714038611.9,
  level: 'INFO',
};

it('asks Subiquity to post its events, and writes down those that come', async () => {
  const url = await serve(
    'autoinstall',
    'user-data',
    '#cloud-config\nautoinstall:\n  version: 1\n  reporting:\n    central: {type: print}\n',
  );
  const script = parse(await (await fetch(`${url}user-data`)).text());
  expect(script.autoinstall).toMatchObject({ version: 1, reporting: { central: { type: 'print' } } });
  const { type, endpoint } = script.autoinstall.reporting.kiln;
  expect(type).toBe('webhook');
  expect((await post(fromHost(endpoint), EVENT)).status).toBe(200);
  const end = { ...EVENT, event_type: 'finish', result: 'FAIL' };
  expect((await post(fromHost(endpoint), end)).status).toBe(200);
  expect((await post(fromHost(endpoint), ['not an event'])).status).toBe(200);
  expect((await post(`${url}elsewhere`, EVENT)).status).toBe(404);
  await served?.close();
  expect(readFileSync(logPath(), 'utf8')).toBe(
    'start: subiquity/Install/install/curtin_install: installing system\n' +
      'finish: subiquity/Install/install/curtin_install: FAIL: installing system\n',
  );
});

it('takes nothing from clients that do not know the address, nor more than a log file', async () => {
  const url = await serve('autoinstall', 'user-data', 'autoinstall:\n  version: 1\n');
  const { origin } = new URL(url);
  expect((await post(`${origin}/report`, EVENT)).status).toBe(405);
  const large = await post(`${url}report`, 'x'.repeat(5 * 2 ** 20)).catch(() => undefined);
  expect(large?.status ?? 413).toBe(413);
});

it('leaves other scripts as they are, and takes no post for them', async () => {
  const url = await serve('kickstart', 'ks.cfg', 'lang en_US\n');
  expect(await (await fetch(`${url}ks.cfg`)).text()).toBe('lang en_US\n');
  expect((await post(`${url}report`, EVENT)).status).toBe(405);
});
