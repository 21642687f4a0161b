/**
 * One way to get from the installer to a qcow2 image. `install` is what is timed; everything it makes lies in `folder`, which is
 * empty before and removed after.
 * @typedef {import('../scene.js').Scene} Scene
 * @typedef {{ name: string, install(scene: Scene, folder: string): Promise<string>, afterwards?(): Promise<void> }} Way
 */

/**
 * QEMU's word for the plan's CPU.
 * @param {Scene['plan']['cpu']} cpu
 */
export function qemuCpu({ mode, model, features }) {
  const base = mode === 'maximum' ? 'max' : mode === 'host-passthrough' ? 'host' : (model ?? 'qemu64');
  return [base, ...features.map(({ name, policy }) => `${name}=${policy === 'disable' ? 'off' : 'on'}`)].join(
    ',',
  );
}

/** The longest an install may take, in milliseconds. */
export const LIMIT_MS = 600_000;
