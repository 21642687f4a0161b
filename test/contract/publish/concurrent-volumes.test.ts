import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CancelledError } from '../../../src/foundation/errors.ts';
import type { Publication } from '../../../src/publish/publication.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';

/** Publications of one volume at the same time: none goes on with what another one is making. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

type Kind = 'volumes' | 'snapshots';
const things = (kind: Kind) => [...scene.cloud.cinder[kind].values()];
const idsOf = (kind: Kind) => things(kind).map(({ id }) => id);

type Running = {
  readonly id: string;
  /** Lets Cinder bring it to its end. */
  go(): Promise<Publication>;
  stop(): Promise<Publication>;
};

/** A publication whose volume or snapshot Cinder is still creating. */
async function running(target: string, kind: Kind): Promise<Running> {
  const stopping = new AbortController();
  const { cinder } = scene.cloud;
  let published: Promise<Publication> | undefined;
  const id = await new Promise<string>((resolve, reject) => {
    scene.cloud.fault = ({ method, url = '' }) => {
      const settles = method === 'POST' && url.endsWith(`/${kind}`) ? Number.POSITIVE_INFINITY : 1;
      if (method === 'POST') cinder.settlesAfter = settles;
      const [found] = new RegExp(`(?<=^/volume/v3/${kind}/)[0-9a-f-]{36}$`).exec(url) ?? [];
      if (found !== undefined) resolve(found);
      return false;
    };
    published = scene.publishTo(target, {}, { signal: stopping.signal });
    published.catch(reject);
  });
  scene.cloud.fault = undefined;
  cinder.settlesAfter = 1;
  scene.cloud.requests.length = 0;
  const end = (): Promise<Publication> => {
    Object.assign(cinder[kind].get(id) ?? {}, { status: 'available' });
    return published ?? Promise.reject(new Error('not begun'));
  };
  return {
    id,
    go: end,
    stop: () => {
      stopping.abort(new CancelledError('stopped'));
      return end();
    },
  };
}

const touched = (id: string): readonly string[] =>
  scene.cloud.requests
    .map(({ line }) => line)
    .filter((line) => !line.startsWith('GET ') && line.includes(id));

it('a volume that is being made is not gone on with, and stopping that one takes back its own alone', async () => {
  const first = await running('cinder:,name=vol', 'volumes');
  const other = await scene.publishTo('cinder:,name=vol');
  expect(other.action).toBe('created');
  expect(touched(first.id)).toEqual([]);
  await expect(first.stop()).rejects.toMatchObject({ code: 'cancelled' });
  expect(things('volumes')).toMatchObject([{ id: other.id, status: 'available' }]);
});

it.each(['cinder:,name=vol', 'cinder:,name=vol,snapshot'])('two of %s leave one volume', async (target) => {
  const first = await running(target, 'volumes');
  const second = await scene.publishTo(target);
  await expect(first.go()).resolves.toMatchObject({ action: 'unchanged', id: second.id });
  expect(idsOf('volumes')).toEqual([second.id]);
  expect(things('snapshots').map(({ volume_id }) => volume_id)).toEqual(
    target.endsWith('snapshot') ? [second.id] : [],
  );
  for (const { metadata } of [...things('volumes'), ...things('snapshots')])
    expect(metadata).not.toHaveProperty('kiln_begun_by');
});

it('a volume of which the snapshot is being taken is not whole yet', async () => {
  const first = await running('cinder:,name=vol,snapshot', 'snapshots');
  const other = await scene.publishTo('cinder:,name=vol');
  expect(touched(first.id)).toEqual([]);
  await expect(first.stop()).rejects.toMatchObject({ code: 'cancelled' });
  expect([idsOf('volumes'), idsOf('snapshots')]).toEqual([[other.id], []]);
});

it('a snapshot that is being taken is not gone on with', async () => {
  const { id: volume } = await scene.publishTo('cinder:,name=vol');
  const first = await running('cinder:,name=vol,snapshot', 'snapshots');
  await expect(scene.publishTo('cinder:,name=vol,snapshot')).resolves.toMatchObject({ action: 'updated' });
  expect(touched(first.id)).toEqual([]);
  await expect(first.stop()).rejects.toMatchObject({ code: 'cancelled' });
  expect(idsOf('volumes')).toEqual([volume]);
  expect(things('snapshots')).toMatchObject([{ status: 'available', volume_id: volume }]);
});

it('a volume that is being made with another content is not renamed', async () => {
  const first = await running('cinder:,name=vol', 'volumes');
  Object.assign(scene.cloud.cinder.volumes.get(first.id)?.metadata ?? {}, { kiln_sha512: 'other' });
  await scene.publishTo('cinder:,name=vol,replace');
  expect(touched(first.id)).toEqual([]);
  await first.stop().catch(() => undefined);
});

it('what another host has begun is left alone and named', async () => {
  const first = await running('cinder:,name=vol', 'volumes');
  const metadata = scene.cloud.cinder.volumes.get(first.id)?.metadata as Record<string, string>;
  const own = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  const other = String(metadata.kiln_begun_by).replace(own, '00000000-0000-4000-8000-000000000000');
  metadata.kiln_begun_by = other;
  const dry = await scene.publishTo('cinder:,name=vol', {}, { dryRun: true });
  expect(dry.notes.join('\n')).toContain(`volume delete ${first.id}`);
  await scene.publishTo('cinder:,name=vol');
  expect(scene.logged.join('\n')).toMatch(
    new RegExp(`olume ${first.id}, which another user or host began.* volume delete ${first.id}`),
  );
  expect(touched(first.id)).toEqual([]);
  await first.stop().catch(() => undefined);
});
