import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** What contradicts itself, or what is published. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

it('what Glance fetched by itself and is another content is said to be that', async () => {
  const { cloud } = scene;
  cloud.fault = (request, response) => {
    if (request.url === '/v2/info/import')
      return reply(response, 200, { 'import-methods': { value: ['web-download'] } });
    const id = /^\/v2\/images\/([^/]+)\/import$/.exec(request.url ?? '')?.[1] ?? '';
    const image = cloud.images.get(id);
    if (image) Object.assign(image, { status: 'active', size: 82 });
    return image !== undefined && reply(response, 202);
  };
  const error = await scene.failureTo('glance:,import=web-download=http://h/x.raw');
  expect(error).toMatchObject({ code: 'publish.mismatch' });
  expect(error.message).toContain('What Glance fetched from http://h/x.raw');
  expect(error.message).not.toMatch(/were sent|Publish again/);
  expect(cloud.images.size).toBe(0);
});

it.each([
  ['cinder:,image=5c1f', /--image names an image that is in Glance already/],
  ['ironic:,node=n,image=5c1f', /--image names an image that is in Glance already/],
  ['ironic:,node=n,url=http://u:a-very-secret-word@127.0.0.1/x', /--url holds a login/],
])('an image with %s', async (target, message) => {
  const error = await scene.failureTo(target);
  expect(error).toMatchObject({ code: 'options.invalid', message: expect.stringMatching(message) });
  expect(scene.cloud.requests).toEqual([]);
  expect(scene.cloud.ironic.node.instance_info).toEqual({});
});

it.each<[string, RegExp]>([
  ['glance:,name=', /--name takes a name/],
  ['cinder:,name= ', /--name takes a name/],
  ['http:served,name=', /--name takes a name/],
  ...['id', 'status', 'owner', 'checksum', 'os_hidden', 'kiln_begun', 'kiln_begun_by'].map(
    (field): [string, RegExp] => [
      `glance:,property=${field}=5`,
      new RegExp(`"${field}" is a field .* leave it out`),
    ],
  ),
  ['cinder:,property=visibility=public', /"visibility" is a field .* set it with --visibility/],
  ['ironic:,node=n,property=disk_format=raw', /"disk_format" is a field .* set it with --format/],
])('%s is refused before anybody is asked', async (target, message) => {
  const error = await scene.failureTo(target);
  expect(error).toMatchObject({ code: 'options.invalid', message: expect.stringMatching(message) });
  expect(scene.cloud.requests).toEqual([]);
});

it('properties of any other name go there as they are', async () => {
  await scene.publishTo('glance:,property=os_admin_user=admin,property=kernel_args=a=b');
  expect([...scene.cloud.images.values()]).toMatchObject([{ os_admin_user: 'admin', kernel_args: 'a=b' }]);
});
