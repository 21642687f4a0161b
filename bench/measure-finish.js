import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeChecksumFiles } from '../dist/artifact/checksum.js';
import { beginConversion } from '../dist/disk/convert-disk.js';
import { verifyDisk } from '../dist/disk/verify-disk.js';
import { runCommand } from '../dist/process/run-command.js';
import { finishDisk } from './finish-disk.js';
import { interleaved, median, medianRatio, secondsOf } from './measure.js';
import { asRatio, inMiB, inSeconds } from './report.js';

/**
 * @typedef {import('./scene.js').Scene} Scene
 * @typedef {{ name: string, finish(disk: string, folder: string, signal: AbortSignal): Promise<string> }} Finish
 */

const TIMES_FASTER = 6;
/** zlib on one processor takes about a minute a round. */
const MOST_ROUNDS = 3;

/**
 * What a build does from the guest's power-off on (src/build/finish-disk.ts): verification beside the conversion, checksums, sync.
 * @type {Finish}
 */
const KILN = {
  name: 'kiln',
  async finish(disk, folder, signal) {
    const growing = join(folder, 'growing');
    const [, pending] = await Promise.all([
      verifyDisk(disk, { firmware: 'bios', signal }),
      beginConversion({
        source: { path: disk, format: 'raw', shareLock: true },
        outputs: [{ format: 'qcow2' }],
        name: 'disk',
        directory: growing,
        signal,
      }),
    ]);
    const artifacts = await pending.commit(folder);
    await writeChecksumFiles(folder, artifacts);
    return join(folder, 'disk.qcow2');
  },
};

/** @type {Finish} */
const TOOLS = {
  name: 'qemu-img convert -c, sha256sum, sha512sum',
  async finish(disk, folder, signal) {
    const image = join(folder, 'disk.qcow2');
    await runCommand('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', disk, image], { signal });
    await runCommand('sha256sum', [image], { signal });
    await runCommand('sha512sum', [image], { signal });
    return image;
  },
};

/**
 * @param {Scene} scene
 * @param {{ rounds: number, say: (text: string) => void, disk: string | undefined }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measureFinish({ folder, signal }, { rounds, say, disk }) {
  const { path, what, allocatedBytes } = await finishDisk(folder, disk, signal);
  say(`finish: ${what}, ${inMiB(allocatedBytes)}`);
  /** @type {Map<Finish, number>} */
  const sizes = new Map();
  const times = await interleaved([KILN, TOOLS], Math.min(rounds, MOST_ROUNDS), async (way, round) => {
    const own = join(folder, 'finish');
    await mkdir(own);
    try {
      let image = '';
      const seconds = await secondsOf(async () => {
        image = await way.finish(path, own, signal);
      });
      sizes.set(way, (await stat(image)).size);
      say(`finish, round ${round + 1}: ${way.name} ${inSeconds(seconds)}`);
      return seconds;
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  });
  return rowsOf(times, sizes, `${what}, ${inMiB(allocatedBytes)} in use`);
}

/**
 * @param {Map<Finish, number[]>} times
 * @param {Map<Finish, number>} sizes
 * @param {string} note
 * @returns {import('./report.js').Row[]}
 */
function rowsOf(times, sizes, note) {
  const [own, theirs] = [times.get(KILN) ?? [], times.get(TOOLS) ?? []];
  const [size, theirSize] = [sizes.get(KILN) ?? 0, sizes.get(TOOLS) ?? 0];
  const faster = medianRatio(theirs, own);
  return [
    {
      what: `power-off to image, against ${TOOLS.name}`,
      figure: inSeconds(median(own)),
      reference: inSeconds(median(theirs)),
      ratio: `${faster.toFixed(1)} × faster`,
      goal: `≥ ${TIMES_FASTER} × faster`,
      met: faster >= TIMES_FASTER,
      note,
    },
    {
      what: 'size of that image',
      figure: inMiB(size),
      reference: inMiB(theirSize),
      ratio: asRatio(size / theirSize),
      goal: '≤ 1 ×',
      met: size <= theirSize,
    },
  ];
}
