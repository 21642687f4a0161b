import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRun } from '../../../src/build/build-frame.ts';
import { checkTargets } from '../../../src/build/publish-check.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';
import { readTargetWord } from '../../support/target-word.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

/** What is said to users whose credentials are OS_* variables, and to those of clouds.yaml. */
let scene: FaultScene;
let named: Record<string, string>;
beforeEach(async () => {
  scene = await faultScene();
  const auth = {
    auth_url: `${scene.cloud.url}/v3`,
    username: 'u',
    password: 'a-very-secret-word',
    project_name: 'p',
  };
  const clouds = join(scene.folder, 'clouds.json');
  writeFileSync(clouds, JSON.stringify({ clouds: { mycloud: { auth }, another: { auth } } }));
  named = { OS_AUTH_URL: '', OS_CLIENT_CONFIG_FILE: clouds };
});
afterEach(() => scene.close());

const KINDS = ['glance', 'cinder', 'ironic'] as const;
const OPTIONS = { glance: '', cinder: ',snapshot', ironic: ',node=n' };

describe('printed commands', () => {
  it.each(KINDS)('of %s name a cloud of clouds.yaml, and none where there are variables', async (kind) => {
    for (const dryRun of [true, false]) {
      const plain = await scene.publishTo(`${kind}:${OPTIONS[kind]}`, {}, { dryRun });
      expect(plain.commands.length).toBeGreaterThan(0);
      expect(plain.commands.join('\n')).not.toMatch(/environment|--os-cloud|--cloud/);
      // It is there already now, with the same to say.
      const other = await scene.publishTo(`${kind}:mycloud${OPTIONS[kind]}`, named, { dryRun });
      for (const command of other.commands) expect(command).toMatch(/^openstack --os-cloud mycloud /);
    }
  });

  it('of Ironic are for the client that the login suits', async () => {
    const forbidden = async (env: Record<string, string>, target: string) => {
      scene.cloud.ironic.node.instance_info = {};
      scene.cloud.fault = (request, response) =>
        request.method === 'PATCH' && reply(response, 403, { error_message: 'no' });
      const { cleanUp } = (await scene.failureTo(target, env)).details;
      scene.cloud.fault = undefined;
      return [cleanUp, ...(await scene.publishTo(target, env)).commands];
    };
    const address = `${scene.cloud.url}/baremetal`;
    const clouds = { alone: { auth_type: 'none', endpoint: address } };
    writeFileSync(join(scene.folder, 'clouds.yaml'), JSON.stringify({ clouds }));
    const url = 'url=http://images.lan/image.raw';
    expect(await forbidden(named, `ironic:mycloud,node=n,${url}`)).toEqual([
      expect.stringMatching(/^openstack --os-cloud mycloud baremetal node unset n /),
      'openstack --os-cloud mycloud baremetal node deploy n',
    ]);
    expect(await forbidden({ OS_AUTH_URL: '' }, `ironic:alone,node=n,${url}`)).toEqual([
      expect.stringMatching(/^baremetal --os-cloud alone node unset n /),
      'baremetal --os-cloud alone node deploy n',
    ]);
  });

  it('that clean up do so, too', async () => {
    scene.cloud.fault = async (request, response) => {
      if (request.method === 'PUT') {
        await bodyOf(request);
        return reply(response, 413, { message: 'full' });
      }
      return request.method === 'DELETE' && reply(response, 403, { message: 'no' });
    };
    const error = await scene.failure();
    expect(error.details.cleanUp).toBe(`openstack image delete ${String(error.details.orphan)}`);
  });

  it('that undeploy a node name the cloud', async () => {
    scene.cloud.ironic.node.provision_state = 'active';
    expect((await scene.failureTo('ironic:mycloud,node=n', named)).message).toContain(
      '`kiln publish undeploy n --cloud mycloud`',
    );
    expect((await scene.failureTo('ironic:,node=n')).message).toContain('`kiln publish undeploy n`');
  });
});

describe('refusals', () => {
  it('a token that Keystone does not know is one of the login', async () => {
    scene.cloud.fault = (request, response) =>
      request.url === '/v3/auth/tokens' &&
      reply(response, 404, { error: { code: 404, message: 'Failed to validate token', title: 'Not Found' } });
    const token = { OS_AUTH_TYPE: 'token', OS_TOKEN: 'gAAAA-revoked', OS_PASSWORD: '' };
    expect(await scene.failure(token)).toMatchObject({
      code: 'publish.auth',
      message: expect.stringMatching(/Failed to validate token\. Get a new token/),
    });
    // Of a password it would be another thing: a wrong address, for one.
    expect(await scene.failure()).toMatchObject({ code: 'publish.not-found' });
  });

  it('a login without a project is told as that, in the words of its place', async () => {
    // As Keystone answers a user who has no default project.
    scene.cloud.fault = (request, response) =>
      request.url === '/v3/auth/tokens' &&
      reply(
        response,
        201,
        { token: { expires_at: '2099-01-01T00:00:00Z', user: { id: 'u', name: 'u' } } },
        { 'x-subject-token': 't' },
      );
    expect(await scene.failure({ OS_PROJECT_NAME: '' })).toMatchObject({
      code: 'publish.no-service',
      message: expect.stringMatching(/bound to no project.* OS_PROJECT_NAME and OS_PROJECT_DOMAIN_NAME\./),
    });
    const { message } = await scene.failureTo('glance:mycloud', named);
    expect(message).toMatch(/ project_name and project_domain_name\./);
  });

  it('an unknown region is told with the name of its setting', async () => {
    const region = { OS_REGION_NAME: 'Elsewhere' };
    expect((await scene.failure(region)).message).toContain('Set OS_REGION_NAME or OS_INTERFACE.');
    const { message } = await scene.failureTo('glance:mycloud', { ...named, ...region });
    expect(message).toContain('Set region_name or interface.');
  });

  it.each([
    ['glance', 'OS_IMAGE_ENDPOINT_OVERRIDE', 'Glance'],
    ['cinder', 'OS_BLOCK_STORAGE_ENDPOINT_OVERRIDE', 'Cinder'],
    ['ironic', 'OS_BAREMETAL_ENDPOINT_OVERRIDE', 'Ironic'],
  ] as const)('of %s at an address of something else', async (kind, variable, service) => {
    const error = await scene.failureTo(`${kind}:${OPTIONS[kind]}`, {
      [variable]: `${scene.cloud.url}/other`,
    });
    expect(error).toMatchObject({
      code: 'publish.service',
      message: expect.stringContaining(`${scene.cloud.url}/other does not answer like ${service} (404)`),
    });
    expect(error.message).toContain(variable);
  });
});

describe('https:// in the address of a service', () => {
  it('that answers in plain HTTP', async () => {
    const error = await scene.failure({ OS_AUTH_URL: `${scene.cloud.url.replace('http:', 'https:')}/v3` });
    expect(error).toMatchObject({ code: 'publish.tls', details: { retry: false } });
    expect(error.message).toMatch(/does not answer in TLS.* http:\/\//);
    expect(error.message).not.toContain('OS_CACERT');
  });

  it('that hangs up, as uWSGI does', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.end()));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const error = await scene.failure({ OS_AUTH_URL: `https://127.0.0.1:${port}/v3` });
    server.close();
    expect(error).toMatchObject({
      code: 'publish.network',
      message: expect.stringMatching(/before TLS came about.* begins with http:\/\//),
    });
  });
});

describe('a cloud', () => {
  const cli = async (env: object, ...words: readonly string[]) => {
    const all = { ...scene.context().env, HOME: scene.folder, KILN_STATE_DIR: scene.folder, ...env };
    const io = recordingIo({ env: all as Record<string, string>, cwd: scene.folder });
    const code = await runCli(words, io);
    await Promise.all([io.out.flush(), io.err.flush()]);
    return { code, out: io.stdout(), err: io.stderr() };
  };

  it('without Keystone is looked at as an Ironic', async () => {
    const alone = { OS_AUTH_TYPE: 'none', OS_AUTH_URL: '', OS_ENDPOINT: `${scene.cloud.url}/baremetal` };
    const seen = await cli(alone, 'publish', 'check');
    expect(seen).toMatchObject({ code: 0, out: expect.stringMatching(/^Ironic +http/m) });
    expect(await cli(alone, 'publish', 'check', '--service', 'image')).toMatchObject({
      code: 7,
      err: expect.stringMatching(/does not answer like Glance.*Ironic that stands alone/),
    });
  });

  it.each(['', '.', '..', 'n/validate'])('has no node called %j to be undeployed', async (node) => {
    expect(await cli({}, 'publish', 'undeploy', node)).toMatchObject({
      code: 2,
      err: expect.stringContaining('options.invalid'),
    });
    expect(scene.cloud.requests).toEqual([]);
  });

  it('that is one of several is named as the command at hand does it', async () => {
    expect((await cli(named, 'publish', 'check')).err).toContain('say which with --cloud or OS_CLOUD');
    const { env, cwd } = scene.context(named);
    const run = newRun({}, { env, cwd, places: placesFrom({ HOME: cwd }), projectDir: cwd });
    const plan = { publish: [readTargetWord('glance')], outputs: [], disk: {} };
    await expect(checkTargets(plan, run, () => {})).rejects.toMatchObject({
      code: 'publish.credentials',
      message: expect.stringContaining('say which with --publish glance:CLOUD or OS_CLOUD'),
    });
  });

  it('of the environment needs no name in a target with options', async () => {
    await expect(scene.publishTo('glance,tag=nightly')).resolves.toMatchObject({ action: 'created' });
    expect([...scene.cloud.images.values()]).toMatchObject([{ tags: ['nightly'] }]);
  });
});

it('a refused login names secure.yaml too, where that says something of its cloud', async () => {
  scene.cloud.fault = (_request, response) => reply(response, 401, { error: { message: 'No.' } });
  const secure = join(scene.folder, 'secure.json');
  writeFileSync(
    secure,
    JSON.stringify({ clouds: { mycloud: { auth: { password: 'a-very-secret-word' } } } }),
  );
  const told = async (cloud: string): Promise<string> =>
    (await scene.failureTo(`glance:${cloud}`, { ...named, OS_CLIENT_SECURE_FILE: secure })).message;
  expect(await told('mycloud')).toContain(`clouds.json and ${secure}.`);
  expect(await told('another')).not.toContain(secure);
});

it('a profile that nobody has is said to be missing, and the cloud counts without it', async () => {
  const { clouds } = JSON.parse(readFileSync(named.OS_CLIENT_CONFIG_FILE ?? '', 'utf8'));
  Object.assign(clouds.mycloud, { profile: 'foo' });
  writeFileSync(named.OS_CLIENT_CONFIG_FILE ?? '', JSON.stringify({ clouds }));
  await expect(scene.publishTo('glance:mycloud', named)).resolves.toMatchObject({ action: 'created' });
  expect(scene.logged).toContain(
    'No clouds-public.yaml has the profile "foo" of cloud mycloud; its settings count without one.',
  );
  const logged = scene.logged.length;
  await scene.publishTo('glance:another', named);
  expect(scene.logged.slice(logged).join()).not.toContain('profile');
});
