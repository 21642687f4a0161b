import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** The same content under the same name once more: what is not asked for stays as it is in Glance. */
let scene: FaultScene;
let members: string[];
beforeEach(async () => {
  scene = await faultScene();
  members = [];
  scene.cloud.fault = async (request, response) => {
    if (!request.url?.endsWith('/members')) return false;
    const text = (await bodyOf(request)).toString();
    if (text !== '') members.push((JSON.parse(text) as { member: string }).member);
    return reply(response, 200, { members: members.map((member_id) => ({ member_id })) });
  };
});
afterEach(() => scene.close());

const image = () => [...scene.cloud.images.values()][0];

describe('options that are not given', () => {
  it.each(['public', 'community', 'shared', 'private'])(
    'leave %s visibility, protection, sizes and properties',
    async (visibility) => {
      const first = await scene.publishTo(
        `glance:,visibility=${visibility},protected,min-ram=512,min-disk=7,property=os_type=other,property=mine=1`,
      );
      const again = await scene.publishTo('glance:,tag=x,preset=xen');
      expect(image()).toMatchObject({
        id: first.id,
        visibility,
        protected: true,
        min_ram: 512,
        min_disk: 7,
        os_type: 'other',
        mine: '1',
        tags: ['x'],
        vm_mode: 'hvm',
      });
      expect(again).toMatchObject({ action: 'updated', id: first.id });
      expect(again.notes).toEqual([
        'tags: none → x',
        'vm_mode: nothing → hvm',
        'xenapi_use_agent: nothing → false',
      ]);
      await expect(scene.publishTo('glance:,preset=xen')).resolves.toMatchObject({ action: 'unchanged' });
    },
  );

  it.each(['ironic:,node=n,name=both,deploy', 'cinder:,keep-image,name=both'])(
    'leave what another target of the same build set: %s',
    async (other) => {
      await scene.publishTo('glance:,name=both,visibility=shared,member=one,protected');
      await scene.publishTo(other);
      expect(image()).toMatchObject({ visibility: 'shared', protected: true });
      await expect(
        scene.publishTo('glance:,name=both,visibility=shared,member=one,protected'),
      ).resolves.toMatchObject({ action: 'unchanged' });
      expect([members, scene.cloud.images.size]).toEqual([['one'], 1]);
    },
  );
});

it('names each change that was asked for', async () => {
  await scene.publishTo('glance:,protected,visibility=public,min-ram=512');
  const again = await scene.publishTo('glance:,protected=false,member=two,min-ram=256,min-disk=3');
  expect(again.notes).toEqual([
    'visibility: public → shared',
    'min_disk: 1 → 3',
    'min_ram: 512 → 256',
    'protected: true → false',
    'shared with two',
  ]);
  expect(image()).toMatchObject({ visibility: 'shared', protected: false, min_ram: 256, min_disk: 3 });
  expect(members).toEqual(['two']);
});

it('an ironic target names what it changed of the image in Glance', async () => {
  await scene.publishTo('glance:,name=both');
  const pointed = await scene.publishTo('ironic:,node=n,name=both,tag=metal');
  expect(pointed.notes).toEqual(
    expect.arrayContaining(['tags: none → metal', 'img_type: nothing → whole-disk']),
  );
});

it('what an interrupted run with other options left becomes what is asked for now', async () => {
  const stopped = new AbortController();
  const serve = scene.cloud.fault;
  // A process that is killed sends nothing any more, so its image stays queued.
  scene.cloud.fault = (request) => {
    if (request.method === 'PUT') stopped.abort(new Error('killed'));
    if (stopped.signal.aborted) request.socket.destroy();
    return stopped.signal.aborted;
  };
  await expect(
    scene.publishTo('glance:,visibility=public,property=os_type=other', {}, { signal: stopped.signal }),
  ).rejects.toThrow();
  scene.cloud.fault = serve;
  expect(image()).toMatchObject({ status: 'queued', visibility: 'public' });
  await scene.publishTo('glance:,min-ram=5,property=os_type=linux');
  expect([...scene.cloud.images.values()]).toMatchObject([
    { status: 'active', visibility: 'private', os_type: 'linux', min_ram: 5 },
  ]);
});

it('a volume that is there without the image that was to be kept says so', async () => {
  const lacks = expect.stringContaining('no image "vol" is in Glance');
  await scene.publishTo('cinder:,name=vol');
  for (const dryRun of [true, false]) {
    const again = await scene.publishTo('cinder:,name=vol,keep-image', {}, { dryRun });
    expect(again).toMatchObject({ action: 'unchanged', notes: [lacks] });
  }
  await scene.publishTo('glance:,name=vol');
  await expect(scene.publishTo('cinder:,name=vol,keep-image')).resolves.toMatchObject({ notes: [] });
});
