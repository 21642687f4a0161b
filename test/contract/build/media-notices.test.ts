import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildContext } from '../../../src/build/build-context.ts';
import { findOneOf, newRun } from '../../../src/build/build-frame.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import type { MediaSource } from '../../../src/media/install-media.ts';
import { makeIso } from '../media/make-iso.ts';
import { serving, startWebServer, type WebServer } from '../media/web-server.ts';

let home: string;
let server: WebServer;
const files = new Map<string, Buffer>();
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiln-media-notices-'));
  await makeIso(join(home, 't.iso'), { 'boot.img': Buffer.alloc(2048) }, { biosImage: 'boot.img' });
  files.set('/t.iso', await readFile(join(home, 't.iso')));
  server = await startWebServer(serving(files));
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

/** The notices of a build's search for its media, and what is left for a developer. */
async function told(...sources: readonly MediaSource[]): Promise<{ notices: string[]; warnings: string[] }> {
  const notices: string[] = [];
  const warnings: string[] = [];
  const context: BuildContext = {
    places: placesFrom({ KILN_STATE_DIR: join(home, 'state'), XDG_CACHE_HOME: join(home, 'cache') }),
    env: {},
    cwd: home,
    projectDir: home,
    logger: { debug: () => {}, info: () => {}, warn: (line) => warnings.push(line) },
    onEvent: (event) => event.type === 'notice' && notices.push(event.message),
  };
  await findOneOf(newRun({ target: 'x' }, context), sources, () => {});
  return { notices, warnings };
}

it('tells as a notice of the build that a list is not signed, once', async () => {
  const sha256 = createHash('sha256')
    .update(files.get('/t.iso') ?? '')
    .digest('hex');
  const checksums = join(home, 'SHA256SUMS');
  await writeFile(checksums, `${sha256}  t.iso\n`);
  const listed: MediaSource = { kind: 'cdrom', from: join(home, 't.iso'), checksums };
  const notices = [`${checksums} is not signed; its checksums are believed because of where it comes from.`];
  expect(await told(listed)).toEqual({ notices, warnings: [] });
  expect(await told({ kind: 'cdrom', from: 'http://127.0.0.1:9/x.iso' }, listed)).toEqual({
    notices,
    warnings: [],
  });
});

it('tells as a notice of the build that the server has another file by now', async () => {
  const url = `${server.url}/t.iso`;
  const named: MediaSource = { kind: 'cdrom', from: url };
  expect(await told(named)).toEqual({ notices: [], warnings: [] });
  files.set('/t.iso', Buffer.concat([files.get('/t.iso') ?? Buffer.alloc(0), Buffer.alloc(2048)]));
  expect(await told(named)).toEqual({
    notices: [`${url} is another file than the one fetched before; fetching it anew.`],
    warnings: [],
  });
});
