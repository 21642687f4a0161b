import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MASK } from '../../../src/foundation/redact.ts';
import { type FaultScene, faultScene, hasty } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** Services that repeat in their answers what they were sent; `failure` looks for both secrets in messages, details and log. */
const PASSWORD = 'a-very-secret-word';
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const failure = (target: string) => scene.failureTo(target, {}, { clock: hasty(500) });

it.each([
  [400, 'message'],
  [500, 'error'],
])('token and password in a refusal with %i are masked', async (status, key) => {
  scene.cloud.fault = (request, response) => {
    const token = request.headers['x-auth-token'];
    if (typeof token !== 'string') return false;
    // The second one would be cut in its middle.
    const text = `token ${token} ${'.'.repeat(590 - token.length)} ${PASSWORD} ${PASSWORD}`;
    return reply(response, status, { [key]: text });
  };
  const error = await failure('glance:');
  expect(error.message).toContain(MASK);
  expect(error.message).not.toContain(PASSWORD.slice(0, 6));
});

it('Keystone repeats the password', async () => {
  scene.cloud.fault = (_request, response) =>
    reply(response, 401, { error: { message: `bad password "${PASSWORD}"` } });
  const error = await failure('glance:');
  expect(error).toMatchObject({ code: 'publish.auth', message: expect.stringContaining(MASK) });
});

it('Cinder tells the password as its reason', async () => {
  scene.cloud.cinder.end = 'error';
  scene.cloud.fault = (request, response) =>
    request.url?.includes('/messages') === true &&
    reply(response, 200, { messages: [{ user_message: `no driver ${PASSWORD} here` }] });
  expect((await failure('cinder:')).message).toContain(`no driver ${MASK} here`);
});

it('Ironic tells the password as its reason', async () => {
  const target = 'ironic:,node=n,deploy,url=http://images.lan/image.raw';
  scene.cloud.ironic.end = 'deploy failed';
  scene.cloud.fault = (request) => {
    if (scene.cloud.ironic.node.last_error !== undefined)
      scene.cloud.ironic.node.last_error = `cannot use ${PASSWORD}`;
    return request.url === '';
  };
  expect(await failure(target)).toMatchObject({ code: 'publish.deploy-failed' });
  scene.cloud.fault = (request, response) =>
    request.url?.endsWith('/validate') === true &&
    reply(response, 200, { power: { result: false, reason: `wrong ${PASSWORD}` } });
  Object.assign(scene.cloud.ironic.node, { provision_state: 'available', target_provision_state: null });
  const error = await failure(target);
  expect(error).toMatchObject({ code: 'publish.node-invalid', message: expect.stringContaining(MASK) });
});
