import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runCommand } from '../dist/process/run-command.js';
import { startLab } from '../test/support/openstack-lab/lab.js';
import { runForEvents } from './kiln-process.js';
import { interleaved, median, medianRatio, secondsOf } from './measure.js';
import { asRatio, inMiB, inSeconds } from './report.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./report.js').Row} Row
 * @typedef {{ folder: string, env: Record<string, string>, signal: AbortSignal, endpoint: string, token: string }} Cloud
 * @typedef {{ upload: number, whole: number, peakBytes: number }} Published
 */

const MIB = 2 ** 20;
const TIMED = 1024 * MIB;
// Whole sectors: anything else is refused as no disk.
const SMALL = 100 * MIB;
const LARGE = 4000 * MIB;
const FEWEST_ROUNDS = 5;
const MEMORY_ROUNDS = 3;
const [UPLOAD_GOAL, MEMORY_GOAL, GROWTH_GOAL] = [1.05, 150 * MIB, 8 * MIB];

/**
 * Uploads to one and the same Glance: by Kiln, by `curl -T`, which does nothing else, and by OpenStack's own client.
 * @param {Scene} scene
 * @param {{ rounds: number, say: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function measurePublish({ folder, env, signal }, { rounds, say }) {
  say('publish: starting Keystone and Glance');
  const lab = await startLab({ folder: join(folder, 'lab'), services: ['keystone', 'glance'] });
  try {
    const own = { ...env, OS_CLIENT_CONFIG_FILE: lab.cloudsFile, OS_CLOUD: 'lab', PYTHONWARNINGS: 'ignore' };
    const { stdout } = await runCommand('openstack', ['token', 'issue', '-f', 'value', '-c', 'id'], {
      env: own,
      signal,
    });
    /** @type {Cloud} */
    const cloud = { folder, env: own, signal, endpoint: lab.urls.glance, token: stdout.trim() };
    return [
      ...(await measureTime(cloud, Math.max(rounds, FEWEST_ROUNDS), say)),
      ...(await measureMemory(cloud, say)),
    ];
  } finally {
    await lab.close();
  }
}

/** @param {Cloud} cloud @param {number} rounds @param {(text: string) => void} say @returns {Promise<Row[]>} */
async function measureTime(cloud, rounds, say) {
  say(`publish: ${rounds} rounds of ${inMiB(TIMED)}`);
  const image = await zeros(cloud, 'timed', TIMED);
  /** @type {Published[]} */
  const published = [];
  const kiln = async () => {
    const done = await publishImage(cloud, image, 'timed');
    published.push(done);
    return done.whole;
  };
  const ways = [() => curlSeconds(cloud, image), kiln, () => clientSeconds(cloud, image)];
  for (const way of ways) await way();
  published.length = 0;
  const times = await interleaved(ways, rounds, (way) => way());
  const [curl = [], whole = [], client = []] = ways.map((way) => times.get(way));
  const uploads = published.map(({ upload }) => upload);
  const [ratio, ofClient] = [medianRatio(uploads, curl), medianRatio(whole, client)];
  return [
    {
      what: 'upload to Glance, against curl -T',
      figure: inSeconds(median(uploads)),
      reference: inSeconds(median(curl)),
      ratio: asRatio(ratio),
      goal: `≤ ${UPLOAD_GOAL} ×`,
      met: ratio <= UPLOAD_GOAL,
      note: `${inMiB(TIMED)}; Kiln's time has the comparison of size and SHA-512 in it`,
    },
    {
      what: 'kiln publish glance, against openstack image create --file',
      figure: inSeconds(median(whole)),
      reference: inSeconds(median(client)),
      ratio: asRatio(ofClient),
      goal: '< 1 ×',
      met: ofClient < 1,
      note: 'whole commands; the client sums nothing and compares nothing, Kiln sums the file while it sends it and compares afterwards',
    },
  ];
}

/** @param {Cloud} cloud @param {(text: string) => void} say @returns {Promise<Row[]>} */
async function measureMemory(cloud, say) {
  const peakWith = (/** @type {number} */ size) => async () => {
    say(`publish: memory with ${inMiB(size)}`);
    return (await publishImage(cloud, await zeros(cloud, 'memory', size), 'memory')).peakBytes;
  };
  const ways = [peakWith(SMALL), peakWith(LARGE)];
  const peaks = await interleaved(ways, MEMORY_ROUNDS, (way) => way());
  const [small = 0, large = 0] = ways.map((way) => median(peaks.get(way) ?? []));
  const highest = Math.max(...[...peaks.values()].flat());
  return [
    {
      what: "kiln publish's memory at its highest, 4000 MiB image, against 100 MiB",
      figure: inMiB(large),
      reference: inMiB(small),
      ratio: asRatio(large / small),
      goal: `< ${inMiB(MEMORY_GOAL)}, no growth`,
      met: highest < MEMORY_GOAL && large - small < GROWTH_GOAL,
      note: `medians of ${MEMORY_ROUNDS} uploads each; the highest of all: ${inMiB(highest)}`,
    },
  ];
}

/** A raw image of holes: it costs no disk here, and as many bytes go over the wire as of any other. @param {Cloud} cloud @param {string} name @param {number} size */
async function zeros({ folder }, name, size) {
  const path = join(folder, `${name}.raw`);
  await rm(path, { force: true });
  await writeFile(path, '');
  await truncate(path, size);
  return path;
}

/**
 * From the first byte's way to the image that is active and compared, and from the process's start to its end; the image is removed again.
 * @param {Cloud} cloud @param {string} path @param {string} name @returns {Promise<Published>}
 */
async function publishImage(cloud, path, name) {
  const [began, at] = [performance.now(), { from: 0, to: 0 }];
  const { events, peakBytes } = await runForEvents(['publish', 'glance', path, '--name', name], {
    ...cloud,
    onEvent: (/** @type {{ type: string, detail?: string, id?: string }} */ { type, detail }) => {
      if (type === 'published') at.to = performance.now();
      else if (at.from === 0 && detail?.startsWith('uploading')) at.from = performance.now();
    },
  });
  const whole = (performance.now() - began) / 1000;
  const id = events.at(-1)?.id;
  if (id === undefined || at.from === 0) throw new Error('kiln did not say that it uploaded an image');
  await remove(cloud, id);
  return { upload: (at.to - at.from) / 1000, whole, peakBytes };
}

/** `curl -T` into an image that was made before. @param {Cloud} cloud @param {string} path */
async function curlSeconds(cloud, path) {
  const answer = await fetch(`${cloud.endpoint}/v2/images`, {
    method: 'POST',
    headers: { 'x-auth-token': cloud.token, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'by-curl', disk_format: 'raw', container_format: 'bare' }),
  });
  const { id } = /** @type {{ id: string }} */ (await answer.json());
  const args = ['-sS', '--fail', '-T', path, '-H', `X-Auth-Token: ${cloud.token}`];
  const type = ['-H', 'Content-Type: application/octet-stream'];
  const seconds = await secondsOf(() =>
    runCommand('curl', [...args, ...type, `${cloud.endpoint}/v2/images/${id}/file`], cloud),
  );
  await remove(cloud, id);
  return seconds;
}

/** @param {Cloud} cloud @param {string} path */
async function clientSeconds(cloud, path) {
  const args = [
    'image',
    'create',
    '--file',
    path,
    '--disk-format',
    'raw',
    '-f',
    'value',
    '-c',
    'id',
    'by-client',
  ];
  let id = '';
  const seconds = await secondsOf(async () => {
    id = (await runCommand('openstack', args, cloud)).stdout.trim();
  });
  await remove(cloud, id);
  return seconds;
}

/** @param {Cloud} cloud @param {string} id */
async function remove({ endpoint, token }, id) {
  const options = { method: 'DELETE', headers: { 'x-auth-token': token } };
  const { status } = await fetch(`${endpoint}/v2/images/${id}`, options);
  if (status !== 204) throw new Error(`Glance answered ${status} when image ${id} was to be removed`);
}
