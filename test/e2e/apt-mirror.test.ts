import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MadeMirror, makeDebianMirror } from '../support/debian-mirror.ts';
import { launchKiln } from '../support/launched-kiln.ts';

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

it('apt-mirror:trixie takes a signed mirror that has all the installer asks for, and no other', async () => {
  const args = ['media', 'bootstrap', 'apt-mirror:trixie', '--os', 'debian13', '-o', 'boot.iso'];
  const taken = await fromMirror(...args);
  expect(taken.code, taken.text).toBe(0);
  const images = 'dists/trixie/main/installer-amd64/current/images';
  for (const path of ['dists/trixie/InRelease', `${images}/SHA256SUMS`])
    expect(taken.log).toContain(`GET /debian/${path} 200`);
  expect(taken.log.match(/HEAD \S+\.udeb 200/g)?.length).toBeGreaterThan(20);

  const file = 'dists/trixie/main/binary-amd64/Release';
  rmSync(join(mirror.overlay, file));
  const refused = await fromMirror(...args, '--force');
  expect(refused.code, refused.text).toBe(4);
  expect(refused.text).toContain('[media.incomplete]');
  expect(refused.text).toContain(`${file} is missing (HTTP 404)`);
});
