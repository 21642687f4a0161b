import { join } from 'node:path';
import { runKiln } from '../kiln-process.js';
import { TEMPLATE } from '../scene.js';

/**
 * `kiln build`, from the start of the process to its end, without the boot check, which no other way has.
 * @param {(run: import('../kiln-process.js').KilnRun) => void} onRun
 * @returns {import('./way.js').Way}
 */
export function kilnWay(onRun) {
  return {
    name: 'kiln',
    async install({ iso, env, signal }, folder) {
      const output = join(folder, 'out');
      const run = await runKiln(kilnBuild(iso, output), { env, signal });
      onRun(run);
      const image = run.result.artifacts[0]?.path;
      if (image === undefined) throw new Error('kiln made no image');
      return image;
    },
  };
}

/**
 * @param {string} iso
 * @param {string} output
 */
export function kilnBuild(iso, output) {
  return ['build', TEMPLATE, '--location', iso, '--no-boot-check', '--output', output];
}
