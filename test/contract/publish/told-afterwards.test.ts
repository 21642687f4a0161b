import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newRun, tellEnd } from '../../../src/build/build-frame.ts';
import { findBuild, writeRecord } from '../../../src/build/build-records.ts';
import { publishResult } from '../../../src/build/publish-result.ts';
import { showBuild } from '../../../src/cli/build-command.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { ownIdentity } from '../../../src/foundation/process-identity.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { sampleBuild } from '../../support/sample-build.ts';
import { reply } from '../../support/stand-in-http.ts';
import { readTargetWord } from '../../support/target-word.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';
import { RESULT } from '../../unit/cli/scripted-build.ts';

/** Of several targets some fail: what is published, where, and what not, is told at the end and later. */
const ID = '1a2b3c4d';
let scene: FaultScene;
let env: Record<string, string>;
let build: string;
let state: string;

beforeEach(async () => {
  scene = await faultScene();
  const folder = realpathSync(scene.folder);
  build = join(folder, 'build');
  state = join(folder, 'state');
  sampleBuild(build, 'XFSB');
  mkdirSync(state);
  const given = scene.context().env as Record<string, string>;
  env = { ...given, HOME: folder, KILN_STATE_DIR: state, KILN_RUNTIME_DIR: join(folder, 'run') };
  await writeRecord(state, {
    id: ID,
    name: 'debian-13',
    directory: build,
    status: 'succeeded',
    process: ownIdentity(),
    startedAt: '2026-01-02T03:04:05.000Z',
    images: ['debian-13.qcow2'],
    kept: false,
    unclean: false,
  });
});
afterEach(() => scene.close());

/** The end of a build, from its last stage on. */
async function ended(targets: readonly string[], options: object, signal?: AbortSignal) {
  const io = recordingIo({ env, cwd: scene.folder });
  const code = await showBuild(options, io, async (context) => {
    const run = newRun({}, { ...context, buildId: ID, ...(signal === undefined ? {} : { signal }) });
    const result = { ...RESULT, buildId: ID, directory: build };
    return tellEnd(run, () => publishResult(result, targets.map(readTargetWord), run));
  });
  await Promise.all([io.out.flush(), io.err.flush()]);
  return { code, out: io.stdout(), err: io.stderr() };
}

async function kiln(...words: readonly string[]): Promise<string> {
  const io = recordingIo({ env, cwd: scene.folder });
  await runCli(words, io);
  await Promise.all([io.out.flush(), io.err.flush()]);
  return io.stdout() + io.stderr();
}

const TARGETS = ['cinder:', 'glance:,tag=nightly', 'http:www'];
const cinderIsDown = (): void => {
  scene.cloud.fault = (request, response) =>
    request.url?.startsWith('/volume') === true &&
    reply(response, 403, { forbidden: { message: 'no volumes' } });
};
const imageId = (): string => [...scene.cloud.images.keys()].join();

it('the last lines and the report name both', async () => {
  cinderIsDown();
  const junit = join(scene.folder, 'report.xml');
  const { code, err } = await ended(TARGETS, { junit });
  expect(code).toBe(7);
  const [published = '', failed = ''] = err.slice(err.indexOf('\nPublished:')).split('Not published:');
  expect(published).toContain(`glance: debian-13, ${imageId()}, ${scene.cloud.url}/v2/images/`);
  expect(published).toContain('http:www: debian-13');
  expect(failed).toMatch(/cinder: Cinder answered 403: no volumes/);
  expect(failed).toContain(`Once that is mended, try again with: kiln publish cinder ${build}`);
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toContain(`<property name="published" value="glance environment ${imageId()} `);
  expect(xml).toMatch(/<failure type="publish.forbidden"[^>]*>[^<]*Not published:/);
});

it('the events name both', async () => {
  cinderIsDown();
  const { out } = await ended(TARGETS, { json: true });
  expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'build-failed',
    details: {
      publications: [{ target: 'glance', id: imageId() }, { target: 'http' }],
      failures: [{ target: 'cinder', code: 'publish.forbidden' }],
    },
  });
});

it('the record keeps it, until it is published later', async () => {
  cinderIsDown();
  await ended(TARGETS, {});
  const shown = await kiln('builds', 'show', ID);
  expect(shown).toMatch(new RegExp(`^Published +glance: debian-13, ${imageId()}`, 'm'));
  expect(shown).toMatch(
    /^Publish +cinder failed: .*no volumes.*\[publish.forbidden\]\n +again with: kiln publish cinder /m,
  );
  expect(shown).toMatch(/^Status +succeeded, not published$/m);
  expect(await kiln('builds', 'list')).toContain('succeeded, not published');
  expect(JSON.parse(await kiln('builds', 'show', ID, '--json'))).toMatchObject({
    publications: [
      { target: { kind: 'cinder' }, status: 'failed', code: 'publish.forbidden' },
      { target: { kind: 'glance' }, status: 'published', id: imageId() },
      { target: { kind: 'http' }, status: 'published' },
    ],
  });
  scene.cloud.fault = undefined;
  expect(await kiln('publish', 'cinder', build)).toContain('Published');
  const [volume = ''] = scene.cloud.cinder.volumes.keys();
  expect(await kiln('builds', 'show', ID)).toMatch(
    new RegExp(`^Published +cinder: debian-13, ${volume}`, 'm'),
  );
  for (const words of [['list'], ['show', ID]])
    expect(await kiln('builds', ...words)).not.toContain('not published');
  expect((await findBuild(state, ID)).publications).toHaveLength(3);
});

it('a folder that cannot be used keeps no other target from being tried', async () => {
  writeFileSync(join(scene.folder, 'file'), '');
  cinderIsDown();
  const { code, err } = await ended(['cinder:', 'http:file', 'http:/proc', 'glance:', 'http:www'], {});
  expect(code).toBe(7);
  const [published = '', failed = ''] = err.slice(err.indexOf('\nPublished:')).split('Not published:');
  expect(published).toContain(imageId());
  expect(published).toContain('http:www: debian-13');
  expect(failed).toMatch(/cinder: Cinder answered 403: no volumes/);
  expect(failed).toContain(`try again with: kiln publish http ${build} --to file\n`);
  expect(failed).toContain(`try again with: kiln publish http ${build} --to /proc\n`);
  expect((await findBuild(state, ID)).publications).toMatchObject([
    { status: 'failed', code: 'publish.forbidden' },
    { status: 'failed', code: 'host.bad-path' },
    { status: 'failed', code: 'host.bad-path' },
    { status: 'published' },
    { status: 'published' },
  ]);
});

it('a build that is ended in mid-upload has told what was there', async () => {
  const stopping = new AbortController();
  scene.cloud.fault = (request) => {
    if (request.url?.startsWith('/volume')) stopping.abort();
    return false;
  };
  await ended(['glance:', 'cinder:'], {}, stopping.signal);
  expect((await findBuild(state, ID)).publications).toMatchObject([
    { status: 'published', id: imageId() },
    { status: 'open', target: { kind: 'cinder' } },
  ]);
});
