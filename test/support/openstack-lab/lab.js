import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cinderConf, cloudsYaml, glanceConf, ironicConf, keystoneConf, keystoneUwsgi } from './configs.js';
import {
  createKeystone,
  createOthers,
  keepCopy,
  PYTHON,
  pythonEnvironment,
  readSeed,
  seedIdentity,
  turnOnWal,
  writeKeys,
} from './databases.js';
import { sharedFolder, unpackedPackages } from './packages.js';
import { choosePorts } from './ports.js';
import { notedServices, runningPid, startService, stopService, waitForService } from './processes.js';

/**
 * Real Keystone, Glance, Cinder and Ironic from Debian's packages, on loopback, without a message broker, a database server or root's
 * help. One folder holds everything; only processes noted there are ended.
 *
 * @typedef {import('./lab.d.ts').LabOptions} LabOptions
 * @typedef {import('./lab.d.ts').Lab} Lab
 * @typedef {import('./lab.d.ts').ServiceName} ServiceName
 * @typedef {import('./configs.js').Settings} Settings
 */

export const LAB_PASSWORD = 'lab-secret-word';

/** @type {readonly ServiceName[]} */
const DEFAULT_SERVICES = ['keystone', 'glance', 'cinder', 'ironic'];
const ANSWERS_AT = {
  keystone: '/v3',
  glance: '/versions',
  cinder: '/',
  ironic: '/v1',
  'ironic-standalone': '/v1',
};
const DATA_FOLDERS = [
  'images',
  'staging',
  'tasks',
  'cinder/volumes',
  'cinder/conversion',
  'cinder/coordination',
];
const IRONIC_FOLDERS = ['httpboot', 'images', 'master', 'tftpboot', 'tmp'];

/** @param {LabOptions} options @returns {Promise<Lab>} */
export async function startLab(options) {
  const folder = resolve(options.folder);
  const services = options.services ?? DEFAULT_SERVICES;
  const say = options.say ?? (() => {});
  const packages = await unpackedPackages();
  makeFolders(folder);
  const { ports, release } = await choosePorts(folder, options.portBase);
  /** @type {Settings} */
  const settings = {
    folder,
    packages,
    password: LAB_PASSWORD,
    ports,
    imageEndpoint: '',
    glanceOptions: options.glanceOptions ?? [],
  };
  const start = (/** @type {ServiceName} */ name) => startOne(settings, name);
  const began = Date.now();
  const seed = await prepareState(settings, services, say);
  writeConfigs({ ...settings, imageEndpoint: seed.imageEndpoint });
  const cloudsFile = join(folder, 'clouds.yaml');
  writeFileSync(cloudsFile, cloudsYaml(settings, seed.applicationCredential), { mode: 0o600 });
  await Promise.all(services.map(start));
  await keepGolden(settings, services);
  say(`${services.join(', ')} answer after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const url = (/** @type {ServiceName} */ name) => `http://127.0.0.1:${ports[name]}`;
  return {
    folder,
    password: LAB_PASSWORD,
    cloudsFile,
    authUrl: `${url('keystone')}/v3`,
    urls: {
      keystone: url('keystone'),
      glance: url('glance'),
      cinder: url('cinder'),
      ironic: url('ironic'),
      'ironic-standalone': url('ironic-standalone'),
    },
    stop: async (name) => {
      await stopService(folder, name);
    },
    start,
    close: async () => {
      await stopLab(folder);
      release();
    },
  };
}

/** @param {string} folder @returns {Promise<number>} */
export async function stopLab(folder) {
  const root = resolve(folder);
  const ended = await Promise.all(notedServices(root).map((name) => stopService(root, name)));
  return ended.reduce((sum, count) => sum + count, 0);
}

/** @param {string} folder */
function makeFolders(folder) {
  const data = [
    ...DATA_FOLDERS,
    ...['ironic', 'ironic-standalone'].flatMap((name) => IRONIC_FOLDERS.map((one) => `${name}/${one}`)),
  ];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of ['etc', 'state', 'log', 'run', ...data.map((one) => `data/${one}`)]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
}

/** @param {Settings} settings */
function writeConfigs(settings) {
  const texts = {
    'keystone.conf': keystoneConf(settings),
    'keystone.ini': keystoneUwsgi(settings),
    'glance.conf': glanceConf(settings),
    'cinder.conf': cinderConf(settings),
    'ironic.conf': ironicConf(settings, 'ironic'),
    'ironic-standalone.conf': ironicConf(settings, 'ironic-standalone'),
  };
  for (const [name, text] of Object.entries(texts))
    writeFileSync(join(settings.folder, 'etc', name), text, { mode: 0o600 });
}

/**
 * The databases: this lab's own from an earlier start, else a copy of fresh ones that another lab kept, else made now.
 * @param {Settings} settings @param {readonly ServiceName[]} services @param {(line: string) => void} say
 */
async function prepareState(settings, services, say) {
  const { folder, ports, packages } = settings;
  const state = join(folder, 'state');
  const golden = goldenFolder(settings, services);
  if (readSeed(folder) === undefined && existsSync(golden)) {
    cpSync(golden, state, { recursive: true });
    await turnOnWal(folder);
  }
  const found = readSeed(folder);
  if (found) return found;
  say('creating databases …');
  writeConfigs(settings);
  writeKeys(folder);
  const keystone = `http://127.0.0.1:${ports.keystone}/v3`;
  const others = createOthers(folder, packages, services);
  others.catch(() => {}); // awaited below
  await createKeystone(folder, keystone, settings.password);
  await startOne(settings, 'keystone');
  const seed = await seedIdentity(keystone, settings.password, endpointsOf(settings, services));
  await others;
  await turnOnWal(folder);
  writeFileSync(join(state, 'seed.json'), JSON.stringify(seed), { mode: 0o600 });
  return seed;
}

/** Users and endpoints hold the ports, and each service has its tables. @param {Settings} settings @param {readonly string[]} services */
function goldenFolder({ ports }, services) {
  const code = ['configs.js', 'databases.js', 'python/seed_identity.py'].map((name) =>
    readFileSync(join(import.meta.dirname, name)),
  );
  const hash = createHash('sha256').update(JSON.stringify([ports, [...services].sort()]));
  for (const text of code) hash.update(text);
  return join(sharedFolder(), `databases-${hash.digest('hex').slice(0, 16)}`);
}

/** @param {Settings} settings @param {readonly ServiceName[]} services */
async function keepGolden(settings, services) {
  const golden = goldenFolder(settings, services);
  if (!existsSync(golden)) await keepCopy(settings.folder, golden);
}

/** @param {Settings} settings @param {readonly ServiceName[]} services */
function endpointsOf({ ports }, services) {
  const at = (/** @type {string} */ name) => `http://127.0.0.1:${ports[name]}`;
  const cinder = `${at('cinder')}/v3/$(project_id)s`;
  const all = [
    { of: 'glance', type: 'image', name: 'glance', url: at('glance') },
    { of: 'ironic', type: 'baremetal', name: 'ironic', url: at('ironic') },
    { of: 'cinder', type: 'volumev3', name: 'cinderv3', url: cinder },
    { of: 'cinder', type: 'block-storage', name: 'cinder', url: cinder },
  ];
  return all
    .filter(({ of }) => services.some((name) => name === of))
    .map(({ type, name, url }) => ({ type, name, url }));
}

/** @param {Settings} settings @param {ServiceName} name */
async function startOne({ folder, packages, ports }, name) {
  const bin = (/** @type {string} */ program) => join(packages, 'usr/bin', program);
  const python = (/** @type {string} */ script) => join(import.meta.dirname, 'python', script);
  const conf = ['--config-file', join(folder, 'etc', `${name}.conf`)];
  /** @type {Record<ServiceName, readonly string[]>} */
  const commands = {
    keystone: ['/usr/bin/uwsgi', '--ini', join(folder, 'etc/keystone.ini')],
    glance: [PYTHON, bin('glance-api'), ...conf],
    cinder: [PYTHON, python('cinder_all.py'), ...conf],
    ironic: [PYTHON, python('ironic_all.py'), ...conf],
    'ironic-standalone': [PYTHON, python('ironic_all.py'), ...conf],
  };
  if (name.startsWith('ironic')) startImageServer(folder, name, ports[`${name}-images`]);
  if (runningPid(folder, name) === undefined) {
    const [file = '', ...args] = commands[name];
    startService(folder, name, file, args, pythonEnvironment());
  }
  await waitForService(folder, name, `http://127.0.0.1:${ports[name]}${ANSWERS_AT[name]}`);
}

/** From here the deploy agent fetches what the conductor prepared. @param {string} folder @param {string} name @param {number | undefined} port */
function startImageServer(folder, name, port) {
  const served = `${name}-images`;
  if (runningPid(folder, served) !== undefined) return;
  const root = join(folder, 'data', name, 'httpboot');
  const args = ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', root];
  startService(folder, served, PYTHON, args, pythonEnvironment());
}
