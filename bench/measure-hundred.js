import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../dist/process/run-command.js';
import { asRatio } from './report.js';
import { PROJECT } from './scene.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./report.js').Row} Row
 * @typedef {{ cores: number, tailCores: number, rssMiB: number }} Cost
 */

const BUILDS = 100;
const SECONDS = 20;
const CORES_GOAL = 0.1;
const MEMORY_GOAL_MIB = 250;

/**
 * A hundred simulated installs watched by one process, beside `tail -F` of the same logs, which understands nothing of what it reads.
 * @param {Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function measureHundred({ folder, signal }, { say }) {
  say(`hundred: ${BUILDS} logs of ten lines a second for ${SECONDS} s`);
  const logs = join(folder, 'hundred');
  await mkdir(logs);
  const script = join(PROJECT, 'test/support/hundred-builds.js');
  const args = [script, join(PROJECT, 'dist'), logs, String(BUILDS), String(SECONDS)];
  const { stdout } = await runCommand(process.execPath, args, { signal });
  const cost = /** @type {Cost} */ (JSON.parse(stdout));
  return [
    {
      what: 'a hundred installs watched by one process, against `tail -F` of their logs',
      figure: percentOfCore(cost.cores),
      reference: percentOfCore(cost.tailCores),
      ratio: asRatio(cost.cores / cost.tailCores),
      goal: '< 10 % of a core',
      met: cost.cores < CORES_GOAL,
    },
    {
      what: "that process's memory",
      figure: `${cost.rssMiB.toFixed(0)} MiB`,
      goal: `< ${MEMORY_GOAL_MIB} MiB`,
      met: cost.rssMiB < MEMORY_GOAL_MIB,
    },
  ];
}

/** @param {number} cores */
const percentOfCore = (cores) => `${(100 * cores).toFixed(1)} % of a core`;
