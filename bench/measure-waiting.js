import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { processorSeconds, runKiln } from './kiln-process.js';
import { kilnBuild } from './ways/kiln.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./report.js').Row} Row
 */

/** The test installer's own: one line of progress for each of 15 packages, two seconds apart. */
const SLOW = '# test-installer: fault=slow packages=15 slow=2\n';
const FIRST = 'package 2 of 15';
const LAST = 'package 15 of 15';
const GOAL = 0.01;

/**
 * Processor time of Kiln's own process while the guest installs: reading the console, libvirt's events and counters.
 * @param {Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function measureWaiting({ folder, iso, plan, env, signal }, { say }) {
  say('waiting: a slow install');
  const script = join(folder, 'slow.ks');
  await writeFile(script, SLOW + (await readFile(plan.script?.path ?? '', 'utf8')));
  /** @type {{ at: number, used: number }[]} */
  const samples = [];
  const args = [...kilnBuild(iso, join(folder, 'slow')), '--script', script];
  await runKiln(args, {
    env,
    signal,
    onEvent(event, pid) {
      if (event.type !== 'stage-progress' || ![FIRST, LAST].includes(event.detail)) return;
      samples.push({ at: performance.now() / 1000, used: processorSeconds(pid) });
    },
  });
  const [first, last] = samples;
  if (first === undefined || last === undefined)
    throw new Error(`the installer did not tell of ${FIRST} and ${LAST}`);
  const [seconds, used] = [last.at - first.at, last.used - first.used];
  return [
    {
      what: "Kiln's processor time while the guest installs",
      figure: `${((100 * used) / seconds).toFixed(2)} % of a core`,
      goal: '< 1 %',
      met: used / seconds < GOAL,
      note: `${used.toFixed(2)} s in ${seconds.toFixed(1)} s`,
    },
  ];
}
