import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CancelledError } from '../../../src/foundation/errors.ts';
import type { Publication } from '../../../src/publish/publication.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';

/** Publications of the same bytes at the same time: none touches what another one has begun. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const images = () => [...scene.cloud.images.values()];
const imageOf = (line: string): string => /^\w+ \/v2\/images\/([^/]+)/.exec(line)?.[1] ?? '';

type Running = {
  readonly id: string;
  /** Lets the upload go on. */
  go(): Promise<Publication>;
};

/** A publication whose upload rests, with its image in state `queued` or `saving`. */
async function running(target: string, status: string, signal?: AbortSignal): Promise<Running> {
  let go: () => void = () => undefined;
  const going = new Promise<void>((resolve) => {
    go = resolve;
  });
  const published = new Promise<Publication>((resolve, reject) => {
    const resting = new Promise<string>((rests) => {
      scene.uploadsFail(1, async ({ url = '' }) => {
        rests(imageOf(`PUT ${url}`));
        await going;
        return false;
      });
    });
    begun = resting;
    scene.publishTo(target, {}, signal === undefined ? {} : { signal }).then(resolve, reject);
  });
  published.catch(() => undefined);
  const id = await begun;
  const image = scene.cloud.images.get(id);
  if (image !== undefined) image.status = status;
  scene.cloud.requests.length = 0;
  return {
    id,
    go: () => {
      go();
      return published;
    },
  };
}
let begun: Promise<string>;

const touched = (id: string): readonly string[] =>
  scene.cloud.requests
    .map(({ line }) => line)
    .filter((line) => !line.startsWith('GET ') && imageOf(line) === id);

it.each([
  ['queued', 'glance:,name=other'],
  ['saving', 'glance:,name=other'],
  ['queued', 'cinder:,name=volume'],
  ['queued', 'ironic:,node=n,name=metal'],
])('an image that is %s while it is sent is not touched by %s', async (status, target) => {
  const first = await running('glance:,name=first', status);
  await expect(scene.publishTo(target)).resolves.toMatchObject({ action: 'created' });
  expect(touched(first.id)).toEqual([]);
  await expect(first.go()).resolves.toMatchObject({ action: 'created', id: first.id });
  expect(scene.cloud.images.get(first.id)).toMatchObject({ name: 'first', status: 'active' });
});

it('an image on its way to a volume is not touched by another publication of that volume', async () => {
  const first = await running('cinder:,name=volume', 'queued');
  await expect(scene.publishTo('cinder:,name=volume')).resolves.toMatchObject({ action: 'created' });
  expect(touched(first.id)).toEqual([]);
  await first.go();
  expect(images()).toEqual([]);
});

it('the one that is stopped takes back its own image alone', async () => {
  const stopping = new AbortController();
  const first = await running('glance:,name=first', 'queued', stopping.signal);
  const other = await scene.publishTo('glance:,name=other');
  stopping.abort(new CancelledError('stopped'));
  await expect(first.go()).rejects.toMatchObject({ code: 'cancelled' });
  expect(images()).toMatchObject([{ id: other.id, name: 'other', status: 'active' }]);
});

it('two of one content and one name leave one image', async () => {
  const first = await running('glance:', 'saving');
  const second = await scene.publish();
  await expect(first.go()).resolves.toMatchObject({ action: 'unchanged', id: second.id });
  expect(images()).toMatchObject([{ id: second.id, status: 'active' }]);
  expect(images()[0]).not.toHaveProperty('kiln_begun_by');
});

it('what another host has begun is left alone and named', async () => {
  const first = await running('glance:,name=first', 'queued');
  const image = scene.cloud.images.get(first.id);
  const own = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  if (image !== undefined)
    image.kiln_begun_by = String(image.kiln_begun_by).replace(own, '00000000-0000-4000-8000-000000000000');
  const dry = await scene.publishTo('glance:,name=other', {}, { dryRun: true });
  expect(dry.notes.join('\n')).toContain(`image delete ${first.id}`);
  await scene.publishTo('glance:,name=other');
  expect(scene.logged.join('\n')).toMatch(
    new RegExp(`image ${first.id}, which another user or host began.* image delete ${first.id}`),
  );
  expect(touched(first.id)).toEqual([]);
  await first.go();
});
