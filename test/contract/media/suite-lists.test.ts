import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/foundation/clock.ts';
import { openAptView } from '../../../src/media/debian-offline/apt-view.ts';
import {
  type IndexFile,
  packagesFiles,
  releaseFile,
} from '../../../src/media/debian-offline/package-index.ts';
import { fetchSuiteLists } from '../../../src/media/debian-offline/suite-lists.ts';
import { makeSigningKey, type SigningKey } from './signing-key.ts';
import { serving, startWebServer, type WebServer } from './web-server.ts';

const COMPONENTS = ['main', 'main/debian-installer'];

let key: SigningKey;
beforeAll(async () => {
  key = await makeSigningKey('Archive <archive@example.org>');
});
afterAll(() => key.remove());

const files = new Map<string, Buffer>();
const notices: string[] = [];
const pauses: number[] = [];
let whilePausing = async (): Promise<void> => {};
let folder: string;
let server: WebServer;
beforeEach(async () => {
  for (const list of [notices, pauses]) list.length = 0;
  files.clear();
  whilePausing = async () => {};
  folder = mkdtempSync(join(tmpdir(), 'kiln-suite-lists-'));
  server = await startWebServer(serving(files));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const mirror = () => ({ baseUri: `${server.url}/debian/`, keyring: key.keyring });
const listsOf = (component: string, version: string): IndexFile[] =>
  packagesFiles(`${component}/binary-amd64`, [
    `Package: ${component === 'main' ? 'tool' : 'tool-udeb'}\nVersion: ${version}\nArchitecture: amd64\n` +
      `Filename: pool/t_${version}.deb\nSize: 1\nSHA256: ${'0'.repeat(64)}`,
  ]);
const put = (name: string, lists: readonly IndexFile[]): void => {
  // As in Debian's archive, the plain list is signed and not there.
  for (const { path, content } of lists)
    if (path.endsWith('.gz')) files.set(`/debian/dists/${name}/${path}`, content);
};

/** One state of a suite: its lists, and the Release file that is signed for them. */
async function publish(name: string, version: string, date: string, codename = 'trixie'): Promise<void> {
  const lists = COMPONENTS.flatMap((component) => listsOf(component, version));
  put(name, lists);
  const release = releaseFile(codename, version, 'amd64', new Date(date), lists);
  files.set(`/debian/dists/${name}/InRelease`, await key.clearSign(release));
}

const OLD = 'Sat, 12 Sep 2026 07:55:41 UTC';
const NEW = 'Sat, 21 Nov 2026 09:15:44 UTC';

/** The installer's list of the state before, as a mirror has it that copies file by file. */
const makeStale = (name: string): void => put(name, listsOf('main/debian-installer', 'old-one'));

const fetchLists = () =>
  fetchSuiteLists(join(folder, 'lists'), mirror(), 'trixie', COMPONENTS, {
    onNotice: (message) => notices.push(message),
    clock: {
      ...systemClock,
      sleep: async (ms) => {
        pauses.push(ms);
        await whilePausing();
      },
    },
  });

/** Versions that apt knows, by component. */
async function versions(lists: Awaited<ReturnType<typeof fetchLists>>): Promise<string[]> {
  const known = COMPONENTS.map(async (component, index) => {
    const view = await openAptView(join(folder, `view${index}`), mirror(), lists, component, {});
    return (await view.packages()).map((stanza) => `${stanza.name} ${stanza.field('Version')}`);
  });
  return (await Promise.all(known)).flat();
}

it('takes the lists of the suite, each component apart', async () => {
  await publish('trixie', '13.8', NEW);
  const lists = await fetchLists();
  expect(lists).toMatchObject({ suite: 'trixie', date: new Date(NEW) });
  expect(await versions(lists)).toEqual(['tool 13.8', 'tool-udeb 13.8']);
  expect(notices).toEqual([]);
});

it('takes the older state under the suite’s other name while the mirror is being synchronised', async () => {
  await publish('trixie', '13.8', NEW);
  makeStale('trixie');
  await publish('stable', '13.7', OLD);
  const lists = await fetchLists();
  expect(lists).toMatchObject({ suite: 'stable', date: new Date(OLD) });
  expect(await versions(lists)).toEqual(['tool 13.7', 'tool-udeb 13.7']);
  expect(notices.join()).toMatch(
    /being synchronised: dists\/trixie\/main\/debian-installer\/\S+ is not .* name stable is used, as of 2026-09-12\./,
  );
  expect(pauses).toEqual([]);
  expect(readdirSync(lists.lists).filter((name) => name.includes('_trixie_'))).toEqual([]);
});

it('goes back to the suite’s own name as soon as that is whole', async () => {
  await publish('trixie', '13.8', NEW);
  makeStale('trixie');
  await publish('stable', '13.7', OLD);
  await fetchLists();
  await publish('trixie', '13.8', NEW);
  expect(await fetchLists()).toMatchObject({ suite: 'trixie', date: new Date(NEW) });
});

it('takes no other release for it, looks again, and says what is out of step', async () => {
  await publish('trixie', '13.8', NEW);
  makeStale('trixie');
  await publish('stable', '14.0', NEW, 'forky');
  await expect(fetchLists()).rejects.toMatchObject({
    code: 'media.mirror-sync',
    exitCode: 4,
    message: expect.stringMatching(/dists\/trixie\/main\/debian-installer\/\S+ .*Try again in an hour/),
  });
  expect(pauses).toEqual([5000, 20_000]);
});

it('goes on when the mirror has become whole meanwhile', async () => {
  await publish('trixie', '13.8', NEW);
  makeStale('trixie');
  whilePausing = () => publish('trixie', '13.8', NEW);
  expect(await fetchLists()).toMatchObject({ suite: 'trixie', date: new Date(NEW) });
  expect(pauses).toEqual([5000]);
});

it('never takes lists that another key has signed', async () => {
  await publish('trixie', '13.8', NEW);
  makeStale('trixie');
  const other = await makeSigningKey('Other <other@example.org>');
  const signed = key;
  try {
    key = { ...signed, clearSign: other.clearSign };
    await publish('stable', '13.7', OLD);
  } finally {
    key = signed;
    await other.remove();
  }
  await expect(fetchLists()).rejects.toMatchObject({ code: 'media.mirror-sync' });
});

it('leaves to apt what is not about synchronising', async () => {
  await expect(fetchLists()).rejects.toThrow(/apt-get update/);
  expect(pauses).toEqual([]);
});
