import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MadeMirror, makeDebianMirror } from '../support/debian-mirror.ts';
import { textIn } from '../support/image-files.ts';
import { launchKiln, ONE_VCPU } from '../support/launched-kiln.ts';

/** The network installer of the mirror that this machine's apt uses: a mirror made for this, on a host of its own. */
let folder: string;
let mirror: MadeMirror;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-mirror-'));
  mirror = await makeDebianMirror(folder);
  for (const name of ['sources.list.d', 'apt.conf.d', 'lists', 'cache']) mkdirSync(join(folder, name));
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(
    join(folder, 'sources.list.d/mirror.list'),
    `deb [signed-by=${keyring}] http://10.0.2.2:8080/debian trixie main\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const support = (name: string): string => join(import.meta.dirname, '../support', name);

async function fromMirror(...args: readonly string[]) {
  const log = join(folder, 'mirror.log');
  writeFileSync(log, '');
  const serving = ['--import', support('typescript-loader.js'), support('serve-debian-mirror.ts')];
  const wrapper = [
    ...['unshare', '--mount', '--net', 'sh', support('behind-mirror.sh'), folder],
    ...[process.execPath, ...serving, mirror.iso, mirror.overlay, log],
    // Nobody's apt knows a mirror before that.
    ...['sh', '-c', 'apt-get -qq update && exec "$@" 2>&1', 'kiln'],
  ];
  const { code, lines } = await launchKiln(folder, args, () => false, wrapper);
  return { code, text: lines.join('\n'), log: readFileSync(log, 'utf8') };
}

const BOOTSTRAP = ['media', 'bootstrap', 'apt-mirror:trixie', '--os', 'debian13', '-o', 'boot.iso'];

it('apt-mirror:trixie takes a signed mirror that has all the installer asks for', async () => {
  const { code, text, log } = await fromMirror(...BOOTSTRAP);
  expect(code, text).toBe(0);
  const images = 'dists/trixie/main/installer-amd64/current/images';
  for (const path of ['dists/trixie/InRelease', `${images}/SHA256SUMS`])
    expect(log).toContain(`GET /debian/${path} 200`);
  expect(log.match(/HEAD \S+\.udeb 200/g)?.length).toBeGreaterThan(20);
});

/** A second try of so long a test would take the time of all others. */
it('./kiln build debian-13 installs from that mirror over the network', { retry: 0 }, async () => {
  const how = ['--location', 'apt-mirror:trixie', '--format', 'raw', '--output', 'image', ...ONE_VCPU];
  const { code, text, log } = await fromMirror('build', 'debian-13', ...how);
  expect(code, text).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, 'image/manifest.json'), 'utf8'))).toMatchObject({
    outcome: { kind: 'completed', detail: 'power-off' },
    verification: { os: { id: 'debian', versionId: '13' } },
    bootCheck: { result: 'passed' },
  });
  expect(log.match(/GET \/debian\/pool\/\S+\.deb 200/g)?.length).toBeGreaterThan(100);
  const sources = await textIn(join(folder, 'image/debian-13.img'), '/etc/apt/sources.list');
  expect(sources).toMatch(/^deb http:\/\/10\.0\.2\.2:8080\/debian trixie main/m);
});

it('apt-mirror:trixie refuses a mirror that lacks a file the installer asks for', async () => {
  const file = 'dists/trixie/main/binary-amd64/Release';
  rmSync(join(mirror.overlay, file));
  const { code, text } = await fromMirror(...BOOTSTRAP, '--force');
  expect(code, text).toBe(4);
  expect(text).toContain('[media.incomplete]');
  expect(text).toContain(`${file} is missing (HTTP 404)`);
});
