import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const PYTHON = '/usr/bin/python3';
const here = (/** @type {string} */ name) => join(import.meta.dirname, 'python', name);

/** @typedef {{ imageEndpoint: string, applicationCredential: { id: string, secret: string } }} Seed */

/** Keystone's Fernet keys are 32 random bytes in base64url; its own tool takes seconds to write them. @param {string} folder */
export function writeKeys(folder) {
  for (const kind of ['fernet', 'credential']) {
    const keys = join(folder, 'state/keys', kind);
    mkdirSync(keys, { recursive: true, mode: 0o700 });
    for (const name of ['0', '1']) {
      const key = randomBytes(32).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
      writeFileSync(join(keys, name), key, { mode: 0o600 });
    }
  }
}

/** @param {string} folder */
export async function turnOnWal(folder) {
  await run(PYTHON, [here('databases.py'), 'wal', join(folder, 'state')]);
}

/** @param {string} folder @param {string} keystoneUrl @param {string} password */
export async function createKeystone(folder, keystoneUrl, password) {
  const manage = (/** @type {string[]} */ ...args) =>
    tool(folder, 'keystone', '/usr/bin/keystone-manage', [
      '--config-file',
      join(folder, 'etc/keystone.conf'),
      ...args,
    ]);
  await manage('db_sync');
  await turnOnWal(folder);
  const urls = ['admin', 'internal', 'public'].flatMap((kind) => [`--bootstrap-${kind}-url`, keystoneUrl]);
  await manage('bootstrap', '--bootstrap-password', password, '--bootstrap-region-id', 'RegionOne', ...urls);
}

/** @param {string} folder @param {string} packages @param {readonly string[]} services */
export async function createOthers(folder, packages, services) {
  const bin = (/** @type {string} */ name) => join(packages, 'usr/bin', name);
  const conf = (/** @type {string} */ name) => ['--config-file', join(folder, 'etc', `${name}.conf`)];
  const makers = {
    glance: () => tool(folder, 'glance', bin('glance-manage'), [...conf('glance'), 'db_sync']),
    cinder: () => tool(folder, 'cinder', bin('cinder-manage'), [...conf('cinder'), 'db', 'sync']),
    ironic: () => tool(folder, 'ironic', bin('ironic-dbsync'), [...conf('ironic'), 'create_schema']),
    'ironic-standalone': () =>
      tool(folder, 'ironic-standalone', bin('ironic-dbsync'), [
        ...conf('ironic-standalone'),
        'create_schema',
      ]),
  };
  for (const [name, make] of Object.entries(makers)) if (services.includes(name)) await make();
}

/**
 * @param {string} keystoneUrl @param {string} password @param {readonly { type: string, name: string, url: string }[]} services
 * @returns {Promise<Seed>}
 */
export async function seedIdentity(keystoneUrl, password, services) {
  const given = JSON.stringify({ auth_url: keystoneUrl, password, services });
  const text = await new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [here('seed_identity.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`seeding Keystone ended with ${code}`)),
    );
    child.stdin.end(given);
  });
  const { image_endpoint: imageEndpoint, application_credential: applicationCredential } = JSON.parse(text);
  return { imageEndpoint, applicationCredential };
}

/** Keeps the databases as they are, for the next start that wants fresh ones. @param {string} folder @param {string} golden */
export async function keepCopy(folder, golden) {
  const growing = `${golden}.${process.pid}`;
  rmSync(growing, { recursive: true, force: true });
  mkdirSync(growing, { recursive: true, mode: 0o700 });
  await run(PYTHON, [here('databases.py'), 'copy', join(folder, 'state'), growing]);
  cpSync(join(folder, 'state/keys'), join(growing, 'keys'), { recursive: true });
  cpSync(join(folder, 'state/seed.json'), join(growing, 'seed.json'));
  if (existsSync(golden)) rmSync(growing, { recursive: true, force: true });
  else renameSync(growing, golden);
}

/** @param {string} folder @returns {Seed | undefined} */
export function readSeed(folder) {
  const file = join(folder, 'state/seed.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** @param {string} folder @param {string} name @param {string} program @param {readonly string[]} args */
async function tool(folder, name, program, args) {
  try {
    await run(PYTHON, [program, ...args], { env: pythonEnvironment(), maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stderr = '' } = /** @type {{ stderr?: string }} */ (error);
    throw new Error(
      `the database of ${name} cannot be created in ${folder}:\n${stderr.split('\n').slice(-8).join('\n')}`,
    );
  }
}

/** Debian's own Python modules, whatever the user's environment says. */
export function pythonEnvironment() {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: process.env.HOME ?? '/',
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: join(import.meta.dirname, 'python'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
  };
}
