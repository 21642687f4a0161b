import { runCommand } from '../dist/process/run-command.js';
import { interleaved, median, medianRatio, secondsOf } from './measure.js';
import { asRatio, inMilliseconds } from './report.js';
import { KILN } from './scene.js';

const ROUNDS = 15;
const GOAL = 0.5;

/** Both with libvirt's test driver, so that no daemon's start or answer is measured; Kiln without its additions, so that both print the same. */
const LINE = [
  ...[
    '--connect',
    'test:///default',
    '--name',
    'bench',
    '--memory',
    '2048',
    '--vcpus',
    '2',
    '--disk',
    'size=10',
  ],
  ...['--pxe', '--graphics', 'vnc', '--osinfo', 'debian11', '--print-xml', 'all'],
];

const VIRT_INSTALL = /** @type {const} */ (['virt-install', LINE]);
const KILN_BUILD = /** @type {const} */ ([process.execPath, [KILN, 'build', ...LINE, '--pure']]);

/**
 * `--print-xml` of the same options, whole processes, Kiln with a warm cache.
 * @param {import('./scene.js').Scene} scene
 * @param {{ say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measurePrintXml({ env, signal }, { say }) {
  say(`print-xml: ${ROUNDS} rounds`);
  await runCommand(KILN_BUILD[0], KILN_BUILD[1], { env, signal });
  const times = await interleaved([VIRT_INSTALL, KILN_BUILD], ROUNDS, ([file, args]) =>
    secondsOf(() => runCommand(file, args, { env, signal })),
  );
  const [theirs, ours] = [VIRT_INSTALL, KILN_BUILD].map((command) => times.get(command) ?? []);
  if (!theirs || !ours) throw new Error('a command was not measured');
  const ratio = medianRatio(ours, theirs);
  return [
    {
      what: 'kiln build --print-xml, against virt-install --print-xml',
      figure: inMilliseconds(median(ours)),
      reference: inMilliseconds(median(theirs)),
      ratio: asRatio(ratio),
      goal: '≤ 0.5 ×',
      met: ratio <= GOAL,
    },
  ];
}
