import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runForEvents } from './kiln-process.js';
import { inSeconds } from './report.js';
import { kilnBuild } from './ways/kiln.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {import('./report.js').Row} Row
 * @typedef {import('../dist/build/build-events.js').BuildEvent} BuildEvent
 * @typedef {{ fault: string, what: string, code: string, exitCode: number, goalS: number }} Failure
 */

/** What the test installer is told to do (fixtures/test-installer/README.md), and how soon its user is to know. @type {readonly Failure[]} */
const FAILURES = [
  { fault: 'panic', what: "a kernel's panic", code: 'install.panic', exitCode: 5, goalS: 3 },
  {
    fault: 'early-poweroff',
    what: 'power-off without the marker',
    code: 'install.no-marker',
    exitCode: 5,
    goalS: 3,
  },
  { fault: 'prompt', what: 'a question', code: 'install.prompt', exitCode: 5, goalS: 20 },
];

/**
 * Time from the end of an install that fails, or from the last byte it wrote to its console, until Kiln has named the cause.
 * @param {Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<Row[]>}
 */
export async function measureNaming(scene, { say }) {
  /** @type {Row[]} */
  const rows = [];
  for (const failure of FAILURES) {
    say(`naming: ${failure.what}`);
    const seconds = await secondsToName(scene, failure);
    rows.push({
      what: `until ${failure.what} is named`,
      figure: inSeconds(seconds),
      goal: `< ${failure.goalS} s`,
      met: seconds < failure.goalS,
    });
  }
  return rows;
}

/**
 * @param {Scene} scene
 * @param {Failure} failure
 */
async function secondsToName({ folder, iso, plan, env, signal }, { fault, code, exitCode }) {
  const script = join(folder, `${fault}.ks`);
  await writeFile(
    script,
    `# test-installer: fault=${fault}\n${await readFile(plan.script?.path ?? '', 'utf8')}`,
  );
  const output = join(folder, fault);
  const { events } = await runForEvents([...kilnBuild(iso, output), '--script', script], {
    env,
    signal,
    exitCode,
  });
  const last = /** @type {BuildEvent | undefined} */ (events.at(-1));
  if (last?.type !== 'build-failed' || last.code !== code)
    throw new Error(`${fault} was to end with ${code}, but Kiln said ${JSON.stringify(last)}`);
  const logs = join(output, 'logs');
  return ((await stat(join(logs, 'failure.json'))).mtimeMs - (await endOf(logs))) / 1000;
}

/**
 * QEMU's own SHUTDOWN event, else the last byte of the console.
 * @param {string} logs
 */
async function endOf(logs) {
  /** @type {{ kind: string, at: number }[]} */
  const lifecycle = JSON.parse(await readFile(join(logs, 'lifecycle.json'), 'utf8'));
  const end = lifecycle.find(({ kind }) => kind === 'monitor-shutdown');
  return end?.at ?? (await stat(join(logs, 'serial.log'))).mtimeMs;
}
