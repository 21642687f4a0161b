import { join } from 'node:path';
import { findExecutable } from '../dist/host/find-executable.js';
import { chooseLibvirt } from '../dist/libvirt/choose-uri.js';
import { installOnce } from './install-once.js';
import { interleaved, median, medianRatio, spread } from './measure.js';
import { asRatio, inMiB, inSeconds } from './report.js';
import { byHandWay } from './ways/by-hand.js';
import { kilnWay } from './ways/kiln.js';
import { packerWay } from './ways/packer.js';
import { virtInstallWay } from './ways/virt-install.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./ways/way.js').Way} Way
 * @typedef {import('./report.js').Row} Row
 * @typedef {import('./kiln-process.js').KilnRun} KilnRun
 */

const MEMORY_GOAL = 150 * 2 ** 20;

/** What Kiln may take in proportion to the other way; `inclusive`: as much is still good. */
const GOALS = new Map([
  [byHandWay.name, { limit: 1.1, inclusive: true, goal: '≤ 1.10 ×' }],
  ['Packer', { limit: 1, inclusive: false, goal: '< 1 ×' }],
  ['virt-install', { limit: 1, inclusive: false, goal: '< 1 ×' }],
]);

/**
 * Whole installs of the same system in every way, side by side.
 * @param {Scene} scene
 * @param {{ rounds: number, say: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function measureBuilds(scene, { rounds, say }) {
  /** @type {KilnRun[]} */
  const runs = [];
  const kiln = kilnWay((run) => runs.push(run));
  const libvirt = await chooseLibvirt({ env: process.env, runtimeDir: join(scene.folder, 'reference-run') });
  try {
    const { ways, missing } = await availableWays(libvirt.connection);
    const all = [kiln, ...ways];
    say('builds: one of each to warm up');
    for (const way of all) await installOnce(way, scene);
    runs.length = 0;
    const times = await interleaved(all, rounds, async (way, round) => {
      const seconds = await installOnce(way, scene);
      say(`builds, round ${round + 1}: ${way.name} ${inSeconds(seconds)}`);
      return seconds;
    });
    const absent = missing.map((what) => ({
      what: `whole build, against ${what}`,
      figure: 'not installed',
      goal: '',
      met: undefined,
    }));
    return [...ways.map((way) => rowOf(kiln, way, times, stagesOf(runs))), ...absent, memoryRow(runs)];
  } finally {
    await libvirt.close();
  }
}

/** @param {import('../dist/libvirt/libvirt.js').LibvirtConnection} connection */
async function availableWays(connection) {
  /** @type {Way[]} */
  const ways = [byHandWay];
  const missing = [];
  if (await findExecutable('packer')) ways.push(packerWay);
  else missing.push('Packer');
  if (await findExecutable('virt-install')) ways.push(virtInstallWay(connection));
  else missing.push('virt-install');
  return { ways, missing };
}

/**
 * @param {Way} kiln
 * @param {Way} way
 * @param {Map<Way, number[]>} times
 * @param {string} stages
 * @returns {Row}
 */
function rowOf(kiln, way, times, stages) {
  const [own, theirs] = [times.get(kiln) ?? [], times.get(way) ?? []];
  const { limit, inclusive, goal } = GOALS.get(way.name) ?? { limit: 1, inclusive: false, goal: '< 1 ×' };
  const ratio = medianRatio(own, theirs);
  const spreads = `spread ${percent(spread(own))} and ${percent(spread(theirs))} over ${own.length} rounds`;
  return {
    what: `whole build, against ${way.name}`,
    figure: inSeconds(median(own)),
    reference: inSeconds(median(theirs)),
    ratio: asRatio(ratio),
    goal,
    met: inclusive ? ratio <= limit : ratio < limit,
    note: way === byHandWay ? `${spreads}; Kiln's stages: ${stages}` : spreads,
  };
}

/** @param {number} part */
const percent = (part) => `${Math.round(part * 100)} %`;

/** @param {readonly KilnRun[]} runs */
function stagesOf(runs) {
  const names = Object.keys(runs[0]?.result.stageSeconds ?? {});
  return names
    .map((name) => {
      const stage = /** @type {import('../dist/build/build-events.js').StageName} */ (name);
      return `${name} ${inSeconds(median(runs.map(({ result }) => result.stageSeconds[stage] ?? 0)))}`;
    })
    .join(', ');
}

/**
 * @param {readonly KilnRun[]} runs
 * @returns {Row}
 */
function memoryRow(runs) {
  const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
  return {
    what: "Kiln's memory at its highest",
    figure: inMiB(peak),
    goal: '< 150 MiB',
    met: peak < MEMORY_GOAL,
  };
}
