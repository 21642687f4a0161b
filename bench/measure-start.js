import { join } from 'node:path';
import { runCommand } from '../dist/process/run-command.js';
import { interleaved, median, medianRatio, secondsOf } from './measure.js';
import { asRatio, inMilliseconds } from './report.js';
import { KILN, PROJECT } from './scene.js';

/** A start takes some hundredths of a second, so many are needed, and cost nothing. */
const ROUNDS = 15;
const VERSION_GOAL = 2.5;
const LAUNCHER_GOAL = 0.05;

const NODE = /** @type {const} */ ([process.execPath, ['-e', '0']]);
const PROGRAM = /** @type {const} */ ([process.execPath, [KILN, '--version']]);
const LAUNCHER = /** @type {const} */ ([join(PROJECT, 'kiln'), ['--version']]);

/**
 * @param {import('./scene.js').Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measureStart({ signal }, { say }) {
  say(`start: ${ROUNDS} rounds of --version`);
  const times = await interleaved([NODE, PROGRAM, LAUNCHER], ROUNDS, ([file, args]) =>
    secondsOf(() => runCommand(file, args, { signal })),
  );
  const [node, program, launcher] = [NODE, PROGRAM, LAUNCHER].map((command) => times.get(command) ?? []);
  if (!node || !program || !launcher) throw new Error('a command was not measured');
  const ratio = medianRatio(launcher, node);
  const overhead = median(launcher.map((seconds, index) => seconds - (program[index] ?? Number.NaN)));
  return [
    {
      what: './kiln --version, against node -e 0',
      figure: inMilliseconds(median(launcher)),
      reference: inMilliseconds(median(node)),
      ratio: asRatio(ratio),
      goal: '≤ 2.5 ×',
      met: ratio <= VERSION_GOAL,
    },
    {
      what: "the launcher's part of a start",
      figure: inMilliseconds(overhead),
      goal: '< 50 ms',
      met: overhead < LAUNCHER_GOAL,
    },
  ];
}
