/**
 * `npm run bench`: what Kiln costs, measured beside the same work done in other ways, in one run. docs/performance.md says what is
 * measured and why; `--help` lists the options.
 */
import { describeMachine, machineFacts } from './machine.js';
import { measureBuilds } from './measure-builds.js';
import { measureCpu } from './measure-cpu.js';
import { measureFinish } from './measure-finish.js';
import { measureHundred } from './measure-hundred.js';
import { measureIpxe } from './measure-ipxe.js';
import { measureNaming } from './measure-naming.js';
import { measurePrintXml } from './measure-print-xml.js';
import { measurePrograms } from './measure-programs.js';
import { measurePublish } from './measure-publish.js';
import { measureSecondBuild } from './measure-second-build.js';
import { measureStart } from './measure-start.js';
import { measureWaiting } from './measure-waiting.js';
import { readOptions, USAGE } from './options.js';
import { table } from './report.js';
import { withScene } from './scene.js';

/**
 * @typedef {import('./options.js').Options} Options
 * @typedef {import('./report.js').Row} Row
 */

const MEASURES = {
  builds: measureBuilds,
  cpu: measureCpu,
  programs: measurePrograms,
  process: measureWaiting,
  hundred: measureHundred,
  naming: measureNaming,
  start: measureStart,
  'print-xml': measurePrintXml,
  second: measureSecondBuild,
  finish: measureFinish,
  ipxe: measureIpxe,
  publish: measurePublish,
};

/** @param {string} text */
const say = (text) => void process.stderr.write(`${text}\n`);

/** @param {Options} options */
async function run(options) {
  const interruption = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(name, () => interruption.abort(new Error('interrupted')));
  }
  const machine = await machineFacts();
  say(describeMachine(machine));
  if (!machine.quiet) say('The machine is busy with something else: take the figures as preliminary.');
  /** @type {Row[]} */
  const rows = await withScene(interruption.signal, async (scene) => {
    const found = /** @type {Row[]} */ ([]);
    for (const part of options.parts) found.push(...(await MEASURES[part](scene, { ...options, say })));
    return found;
  });
  const missed = rows.filter(({ met }) => met === false);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ machine, preliminary: !machine.quiet, rows }, null, 2)}\n`
      : `\n${table(rows)}\n\n${rows.length} figures, ${missed.length} goals missed${machine.quiet ? '' : ' (preliminary)'}\n`,
  );
  if (options.strict && missed.length > 0) process.exitCode = 1;
}

const options = chosenOptions();
if (options === undefined) process.stdout.write(USAGE);
else if (options !== 'wrong') await run(options);

/** What is wrong with the command line is no fault of the program's, so no stack is shown. */
function chosenOptions() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    say(`error: ${error.message}`);
    process.exitCode = 2;
    return 'wrong';
  }
}
