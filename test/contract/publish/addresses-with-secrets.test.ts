import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.ts';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

/** Logins and keys in addresses: nobody reads them back, on the screen or in a file. */
const SECRET = 'other-pw-77';
let scene: FaultScene;
let home: string;
beforeEach(async () => {
  scene = await faultScene();
  home = scene.folder;
  truncateSync(join(home, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const withLogin = (path: string): string => `${scene.cloud.url.replace('//', `//joe:${SECRET}@`)}${path}`;

/** With clouds.yaml alone; `cloud` is laid over what works. */
async function kiln(words: readonly string[], cloud: Record<string, unknown>, env = {}) {
  const auth = {
    auth_url: `${scene.cloud.url}/v3`,
    username: 'u',
    password: 'a-very-secret-word',
    project_name: 'p',
  };
  writeFileSync(join(home, 'clouds.json'), JSON.stringify({ clouds: { f1: { auth, ...cloud } } }));
  const around = { HOME: home, OS_CLIENT_CONFIG_FILE: join(home, 'clouds.json'), ...env };
  const io = recordingIo({ env: around, cwd: home });
  const code = await runCli([...words, '--cloud', 'f1', '-v'], io);
  await Promise.all([io.out.flush(), io.err.flush()]);
  const said = io.stdout() + io.stderr();
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain('a-very-secret-word');
  return { code, said };
}

const COMMANDS = [
  ['publish', 'check'],
  ['publish', 'check', '--json'],
  ['publish', 'glance', 'image.raw'],
  ['publish', 'glance', 'image.raw', '--json'],
];

it.each(COMMANDS)('a login in an endpoint of clouds.yaml: %s %s %s', async (...words) => {
  for (const image_endpoint_override of [withLogin(''), withLogin('/image?x=1')]) {
    const { code, said } = await kiln(words, { image_endpoint_override });
    expect(code).toBe(7);
    expect(said).toContain('publish.credentials');
    expect(said).toContain('image_endpoint_override');
  }
  expect(scene.cloud.requests.filter(({ line }) => line.includes('/v2/'))).toEqual([]);
});

it('a login in the catalog', async () => {
  scene.cloud.catalog.image = withLogin('');
  const { code, said } = await kiln(['publish', 'check'], {});
  expect([code, said.includes('publish.no-service')]).toEqual([7, true]);
});

it.each([
  ['a login', () => withLogin('/v3')],
  ['a query', () => `${scene.cloud.url}/v3?token=${SECRET}`],
  ['a fragment', () => `${scene.cloud.url}/v3#${SECRET}`],
])('%s in auth_url', async (_what, address) => {
  const auth = { auth_url: address(), username: 'u', password: SECRET, project_name: 'p' };
  const { code, said } = await kiln(['publish', 'check'], { auth });
  expect(code).toBe(7);
  expect(said).toContain('publish.credentials');
  expect(said).toContain('auth_url');
  expect(scene.cloud.requests).toEqual([]);
});

it('the password in the path of auth_url, which is no Keystone', async () => {
  scene.cloud.fault = (_request, response) => reply(response, 200, {});
  const auth = { auth_url: `${scene.cloud.url}/${SECRET}`, username: 'u', password: SECRET };
  expect((await kiln(['publish', 'check'], { auth })).code).toBe(7);
});

it('a login in a redirect', async () => {
  scene.cloud.fault = (request, response) =>
    request.url?.startsWith('/v2/') === true &&
    !request.url.includes('again') &&
    reply(response, 302, {}, { location: withLogin('/v2/again') });
  await kiln(['publish', 'check'], {});
  expect(scene.cloud.requests.at(-1)?.line).toContain('/v2/again');
});

it.each(['joe:prox%zz', 'prox%zz', 'joe:%E0%A4%A'])(
  'a proxy whose login %s cannot be decoded',
  async (login) => {
    const proxy = `http://${login}${SECRET}@127.0.0.1:9`;
    const { code, said } = await kiln(['publish', 'check'], {}, { http_proxy: proxy });
    expect(code).toBe(7);
    expect(said).toMatch(/publish\.credentials.*http_proxy/);
    expect(said).not.toContain('zz');
  },
);

it('a login with a slash in an address that is none', async () => {
  const image_endpoint_override = `http://joe:a/${SECRET}@127.0.0.1/`;
  expect((await kiln(['publish', 'check'], { image_endpoint_override })).code).toBe(7);
});
