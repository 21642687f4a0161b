import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_TYPE, writeCpio } from '../dist/foundation/cpio-newc.js';
import { runCommand } from '../dist/process/run-command.js';
import { interleaved, secondsOf } from './measure.js';
import { rowOfTimes } from './report.js';
import { LIMIT_MS, qemuCpu } from './ways/way.js';

const PROGRAMS = 600;
/** Ends by the first program's end, at which the kernel panics and, told so, restarts: QEMU's end. */
const INIT = `#!/bin/sh
i=0
while [ $i -lt ${PROGRAMS} ]; do /bin/true; i=$((i + 1)); done
`;

/**
 * What installers do most: a shell starts programs, both linked to shared libraries as a distribution's are. The test installer's are in
 * one static file and show nothing of it.
 * @param {import('./scene.js').Scene} scene
 * @param {{ rounds: number, say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measurePrograms(scene, { rounds, say }) {
  const what = `${PROGRAMS} programs started by a shell in an emulated guest, its kernel told \`norandmaps\`, against one that is not`;
  const { plan, folder } = scene;
  if (plan.accelerator !== 'tcg') return [{ what, figure: 'not emulated', goal: '', met: undefined }];
  say(`programs: ${rounds} rounds of ${PROGRAMS} programs in two guests`);
  const work = await mkdtemp(join(folder, 'programs-'));
  try {
    const initrd = join(work, 'initrd');
    await writeFile(initrd, await shellArchive());
    const ways = /** @type {const} */ (['norandmaps', '']);
    const times = await interleaved(ways, rounds, (word) =>
      secondsOf(() => runGuest(scene, { initrd, word, log: join(work, 'serial.log') })),
    );
    const [fixed, scattered] = [times.get('norandmaps') ?? [], times.get('') ?? []];
    const compared = { times: fixed, references: scattered, goal: '≤ 0.75 ×' };
    return [rowOfTimes(what, { ...compared, isMet: (ratio) => ratio <= 0.75 })];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {import('./scene.js').Scene} scene
 * @param {{ initrd: string, word: string, log: string }} guest
 */
async function runGuest({ plan, kernel, signal }, { initrd, word, log }) {
  const args = [
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', `file:${log}`],
    ...['-machine', `${plan.machine},usb=off`, '-accel', 'tcg', '-cpu', qemuCpu(plan.cpu), '-m', '512'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...['-append', `console=ttyS0,115200n8 quiet nokaslr no_timer_check panic=-1 ${word}`],
  ];
  await runCommand(plan.emulator, args, { signal, timeoutMs: LIMIT_MS });
  const said = await readFile(log, 'latin1');
  if (!/Attempted to kill init! exitcode=0x00000000/.test(said))
    throw new Error(`the guest that starts programs did not come to its end: ${said.slice(-500)}`);
}

/** The host's shell and `true`, each with the libraries that its loader names. */
async function shellArchive() {
  const files = new Map([['init', Buffer.from(INIT)]]);
  for (const program of ['/bin/sh', '/bin/true']) {
    const { stdout } = await runCommand('ldd', [await realpath(program)], {});
    const libraries = stdout.match(/\/\S+/g) ?? [];
    for (const path of [program, ...libraries]) files.set(path.slice(1), await readFile(path));
  }
  const folders = [...files.keys()].flatMap((path) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
  );
  return writeCpio([
    ...[...new Set(folders)].map((path) => ({
      path,
      mode: FILE_TYPE.directory | 0o755,
      content: new Uint8Array(),
    })),
    ...[...files].map(([path, content]) => ({ path, mode: FILE_TYPE.file | 0o755, content })),
  ]);
}
