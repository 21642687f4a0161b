import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCloud } from '../../../src/publish/openstack/find-cloud.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kiln-clouds-'));
  mkdirSync(join(home, 'work'));
  mkdirSync(join(home, '.config/openstack'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(home, name), text);
const find = (cloud?: string, env: Record<string, string> = {}) =>
  findCloud(cloud === undefined ? {} : { cloud }, { env, cwd: join(home, 'work'), home });

const CLOUDS = `clouds:
  one:
    region_name: North
    auth: {auth_url: 'http://k/v3', username: u, project_name: p, user_domain_name: D, project_domain_id: x}
`;

it('takes the first clouds.yaml on the way from the current folder, and secure.yaml over it', async () => {
  write('.config/openstack/clouds.yaml', CLOUDS);
  write('.config/openstack/secure.yaml', 'clouds: {one: {auth: {password: hidden}}}\n');
  const cloud = await find();
  expect(cloud).toMatchObject({
    name: 'one',
    region: 'North',
    interface: 'public',
    verify: true,
    login: {
      kind: 'password',
      user: { name: 'u', domain: { name: 'D' } },
      password: 'hidden',
      scope: { kind: 'project', name: 'p', domain: { id: 'x' } },
    },
  });
  write(
    'work/clouds.yaml',
    CLOUDS.replace('one:', 'near:').replace('username: u', 'username: n, password: w'),
  );
  expect((await find('near')).origin).toBe(join(home, 'work/clouds.yaml'));
  write('named.yaml', CLOUDS.replace('one:', 'named:').replace('username: u', 'username: n, password: w'));
  const env = { OS_CLIENT_CONFIG_FILE: join(home, 'named.yaml') };
  expect((await find('named', env)).origin).toBe(env.OS_CLIENT_CONFIG_FILE);
});

it('lays a cloud over its profile of clouds-public.yaml', async () => {
  write(
    'work/clouds-public.yaml',
    'public-clouds: {v: {auth: {auth_url: "https://v/v3"}, interface: internal, region_name: R}}\n',
  );
  write(
    'work/clouds.yaml',
    'clouds: {mine: {profile: v, region_name: S, auth: {username: u, password: p}}}\n',
  );
  expect(await find('mine')).toMatchObject({
    region: 'S',
    interface: 'internal',
    login: { authUrl: 'https://v/v3' },
  });
});

it('makes a cloud of OS_* variables, unless OS_CLOUD names one', async () => {
  write('work/clouds.yaml', CLOUDS.replace('username: u', 'username: u, password: p'));
  const env = {
    OS_AUTH_URL: 'http://e',
    OS_APPLICATION_CREDENTIAL_ID: 'i',
    OS_APPLICATION_CREDENTIAL_SECRET: 's',
    OS_IMAGE_ENDPOINT_OVERRIDE: 'http://g',
    OS_INTERFACE: 'adminURL',
    OS_CACERT: '/ca.pem',
  };
  expect(await find(undefined, env)).toMatchObject({
    name: 'environment',
    login: { kind: 'application-credential', id: 'i', secret: 's' },
    endpointOverrides: { image: 'http://g' },
    interface: 'admin',
    cacert: '/ca.pem',
  });
  expect(await find(undefined, { ...env, OS_CLOUD: 'one' })).toMatchObject({
    name: 'one',
    login: { authUrl: 'http://k/v3' },
    endpointOverrides: {},
    cacert: '/ca.pem',
  });
});

it.each([
  [
    'token',
    { OS_TOKEN: 't', OS_PROJECT_ID: '5' },
    { kind: 'token', token: 't', scope: { kind: 'project', id: '5' } },
  ],
  [
    'domain',
    { OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_DOMAIN_NAME: 'D' },
    { scope: { kind: 'domain', domain: { name: 'D' } } },
  ],
  ['system', { OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_SYSTEM_SCOPE: 'all' }, { scope: { kind: 'system' } }],
])('knows a login by %s', async (_name, env, login) => {
  expect((await find(undefined, { OS_AUTH_URL: 'http://e', ...env })).login).toMatchObject(login);
});

it('needs no Keystone for an endpoint that stands alone', async () => {
  expect(await find(undefined, { OS_AUTH_TYPE: 'none', OS_ENDPOINT: 'http://i:6385' })).toMatchObject({
    login: { kind: 'none', endpoint: 'http://i:6385' },
  });
});

it('checks certificates unless told otherwise', async () => {
  const env = { OS_AUTH_URL: 'http://e', OS_USERNAME: 'u', OS_PASSWORD: 'p' };
  expect((await find(undefined, { ...env, OS_INSECURE: 'true' })).verify).toBe(false);
  expect((await find(undefined, { ...env, OS_INSECURE: '' })).verify).toBe(true);
  write('work/clouds.yaml', CLOUDS.replace('username: u', 'username: u, password: p'));
  expect((await find('one')).verify).toBe(true);
  expect((await find('one', { OS_INSECURE: '1' })).verify).toBe(false);
  expect((await find('one', { OS_INSECURE: 'false' })).verify).toBe(true);
});

it.each([
  ['nothing at all', undefined, {}, /No OpenStack credentials/],
  ['an unknown cloud', 'onee', {}, /"onee"/],
  ['a missing password', undefined, { OS_AUTH_URL: 'http://e', OS_USERNAME: 'u' }, /lacks password/],
  [
    'an unknown kind of login',
    undefined,
    { OS_AUTH_URL: 'http://e', OS_AUTH_TYPE: 'v3kerberos' },
    /v3kerberos/,
  ],
])('says what to do about %s', async (_name, cloud, env, message) => {
  await expect(find(cloud, env)).rejects.toMatchObject({
    code: 'publish.credentials',
    message: expect.stringMatching(message),
  });
});

it('never repeats a line of a file that may hold a password', async () => {
  write('work/clouds.yaml', 'clouds:\n  x: {auth: {password: "my-pass\n');
  const error = await find('x').catch((thrown: Error) => thrown);
  expect(String((error as Error).message)).not.toContain('my-pass');
});

it.each(['clouds', 'secure', 'clouds-public'])(
  'waits for no writer of a pipe called %s.yaml',
  async (name) => {
    write('.config/openstack/clouds.yaml', CLOUDS);
    execFileSync('mkfifo', [join(home, `work/${name}.yaml`)]);
    await expect(find('one')).rejects.toMatchObject({
      code: 'publish.credentials',
      message: expect.stringContaining(`work/${name}.yaml is a pipe, not a file`),
    });
  },
);

describe('values of another kind than their settings', () => {
  const cloud = (change: object) => {
    const auth = { auth_url: 'http://k/v3', username: 'u', password: 'p' };
    write('work/clouds.yaml', JSON.stringify({ clouds: { f1: { auth, ...change } } }));
    return find('f1');
  };
  const login = { auth_url: 'http://k/v3', username: 'u', password: 'p' };

  it.each([
    ['region_name', { region_name: { a: 'b' } }],
    ['image_endpoint_override', { image_endpoint_override: [1] }],
    ['auth_type', { auth_type: ['x'] }],
    ['auth', { auth: ['x'] }],
    ['auth', { auth: 'hush' }],
    ['password', { auth: { ...login, password: { hush: 'hush' } } }],
    ['username', { auth: { ...login, username: true } }],
    ['cacert', { cacert: ['/ca.pem'] }],
    ['interface', { interface: { a: 1 } }],
    ['verify', { verify: 'perhaps' }],
    ['verify', { verify: [false] }],
    ['insecure', { insecure: {} }],
  ])('%s: %j is named', async (setting, change) => {
    const error: unknown = await cloud(change).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'publish.credentials',
      message: expect.stringMatching(new RegExp(`^Cloud f1: ${setting} `)),
    });
    expect(String(error)).not.toContain('hush');
    expect(String(error)).toContain(join(home, 'work/clouds.yaml'));
  });

  it.each([false, 'false', 'False', 'no', 'off', 0, '0'])('verify: %j is a no', async (verify) => {
    expect((await cloud({ verify })).verify).toBe(false);
  });

  it.each([true, 'true', 'yes', 'on', 1, undefined, null, ''])('verify: %j is a yes', async (verify) => {
    expect((await cloud({ verify, region_name: null, auth_type: '' })).verify).toBe(true);
  });
});
