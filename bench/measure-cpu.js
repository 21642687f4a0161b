import { SLOW_UNDER_EMULATION } from '../dist/os/emulated-cpu.js';
import { installOnce } from './install-once.js';
import { interleaved } from './measure.js';
import { rowOfTimes } from './report.js';
import { byHandWay } from './ways/by-hand.js';

/**
 * The same install by QEMU alone, with the emulated CPU that Kiln chooses and with all that QEMU offers: what the features are worth that
 * Kiln leaves out.
 * @param {import('./scene.js').Scene} scene
 * @param {{ rounds: number, say: (text: string) => void }} options
 * @returns {Promise<import('./report.js').Row[]>}
 */
export async function measureCpu(scene, { rounds, say }) {
  const what = 'an install by QEMU on the emulated CPU that Kiln chooses, against all that QEMU offers';
  const { plan } = scene;
  if (plan.accelerator !== 'tcg') return [{ what, figure: 'not emulated', goal: '', met: undefined }];
  const features = plan.cpu.features.filter(({ name }) => !SLOW_UNDER_EMULATION.includes(name));
  const whole = { ...scene, plan: { ...plan, cpu: { ...plan.cpu, features } } };
  say(`cpu: ${rounds} rounds of an install on two CPUs`);
  await installOnce(byHandWay, scene);
  const times = await interleaved([scene, whole], rounds, (each) => installOnce(byHandWay, each));
  const [chosen, all] = [times.get(scene) ?? [], times.get(whole) ?? []];
  const compared = { times: chosen, references: all, goal: '< 1 ×' };
  return [rowOfTimes(what, { ...compared, isMet: (ratio) => ratio < 1 })];
}
