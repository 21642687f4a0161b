import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lintTargetOf } from '../dist/build/lint-target.js';
import { prepareScript } from '../dist/install-script/prepare-script.js';
import { scriptValues } from '../dist/install-script/script-values.js';
import { resolveMedia } from '../dist/media/resolve-media.js';
import { runCommand } from '../dist/process/run-command.js';
import { appendToInitrd } from '../dist/seed/append-to-initrd.js';

export const PROJECT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const KILN = join(PROJECT, 'dist', 'cli', 'main.js');
/** What users start; it becomes Node's process. */
export const LAUNCHER = join(PROJECT, 'kiln');
export const TEMPLATE = 'kiln-test';

/**
 * What all ways of installing have in common: the same kernel, the same initrd with the same install script, and Kiln's plan as
 * the measure for machine, CPU, memory and disk.
 * @typedef {import('../dist/plan/build-plan.js').BuildPlan} BuildPlan
 * @typedef {{ folder: string, iso: string, kernel: string, plainInitrd: string, initrd: string, script: string, plan: BuildPlan,
 *   env: Record<string, string>, signal: AbortSignal }} Scene
 */

/**
 * Runs `work` in a temporary folder of its own, which is removed whatever happens.
 * @template T
 * @param {AbortSignal} signal
 * @param {(scene: Scene) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withScene(signal, work) {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-bench-'));
  try {
    return await work(await makeScene(folder, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {AbortSignal} signal
 * @returns {Promise<Scene>}
 */
async function makeScene(folder, signal) {
  const iso = await testInstallerIso(signal);
  const env = {
    KILN_CACHE_DIR: join(folder, 'cache'),
    KILN_STATE_DIR: join(folder, 'state'),
    KILN_RUNTIME_DIR: join(folder, 'run'),
  };
  const args = [KILN, 'plan', TEMPLATE, '--location', iso, '--json'];
  const plan = /** @type {BuildPlan} */ (
    JSON.parse((await runCommand('node', args, { env, signal })).stdout)
  );
  // A cache of its own: Kiln's must be empty before its first build.
  const media = await resolveMedia(plan.media, { cacheDir: join(folder, 'reference-media'), signal });
  if (media.kind !== 'location') throw new Error(`${iso} was not taken for an install tree`);
  const text = await renderedScript(plan);
  const script = join(folder, plan.script?.installName ?? 'ks.cfg');
  const initrd = join(folder, 'initrd-with-script');
  await writeFile(script, text);
  await appendToInitrd(
    media.initrdPath,
    [{ name: plan.script?.installName ?? 'ks.cfg', content: text }],
    initrd,
  );
  await mkdir(env.KILN_STATE_DIR);
  return {
    folder,
    iso,
    kernel: media.kernelPath,
    plainInitrd: media.initrdPath,
    initrd,
    script,
    plan,
    env,
    signal,
  };
}

/** @param {AbortSignal} signal */
async function testInstallerIso(signal) {
  const { stdout } = await runCommand('sh', [join(PROJECT, 'fixtures/test-installer/build.sh')], { signal });
  const iso = /^iso=(.+)$/m.exec(stdout)?.[1];
  if (iso === undefined) throw new Error(`the test installer's build.sh printed no iso:\n${stdout}`);
  return iso;
}

/** The template's script with everything filled in that Kiln fills in. @param {BuildPlan} plan */
async function renderedScript(plan) {
  if (plan.script === undefined) throw new Error(`the template ${TEMPLATE} has no script`);
  const { path, kind } = plan.script;
  const text = await readFile(path, 'utf8');
  const given = { name: plan.name, kind, token: '0123456789abcdef', variables: {}, passwordHash: undefined };
  const target = lintTargetOf(plan);
  return prepareScript({ text, kind, label: path, values: scriptValues(given), target, edit: true }).text;
}
