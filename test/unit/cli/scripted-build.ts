import type { BuildEvent, BuildResult } from '../../../src/build/build-events.ts';
import { bytes } from '../../../src/foundation/size.ts';

export const RESULT: BuildResult = {
  buildId: 'b1d',
  name: 'web',
  directory: '/out',
  artifacts: [
    {
      path: '/out/my web.qcow2',
      name: 'my web.qcow2',
      imageKind: 'whole-disk',
      format: 'qcow2',
      compression: 'zstd',
      virtualSize: bytes(10 * 2 ** 30),
      size: bytes(300 * 2 ** 20),
      sha256: 'aa',
      sha512: 'bb',
    },
  ],
  manifestPath: '/out/manifest.json',
  seconds: 754,
  stageSeconds: { install: 700 },
};

/** An event's time in seconds after the start. */
const after = (seconds: number): { at: number } => ({ at: 1_000_000 + seconds * 1000 });

/** Every kind of event, with a guest that tries to steer the terminal. */
export const SUCCESS: readonly BuildEvent[] = [
  { ...after(0), type: 'stage-started', stage: 'plan' },
  { ...after(1), type: 'stage-finished', stage: 'plan', seconds: 1 },
  { ...after(1), type: 'build-started', buildId: 'b1d', name: 'web', directory: '/out' },
  { ...after(1), type: 'notice', message: 'KVM does not work here.\u001b[2J' },
  { ...after(1), type: 'stage-started', stage: 'media' },
  { ...after(3), type: 'stage-finished', stage: 'media', seconds: 2, note: 'local\u0007 ISO' },
  { ...after(3), type: 'stage-started', stage: 'prepare' },
  { ...after(3), type: 'stage-finished', stage: 'prepare', seconds: 0.4 },
  { ...after(3), type: 'stage-started', stage: 'install' },
  { ...after(4), type: 'stage-progress', stage: 'install', detail: 'Partitioning\u001b]0;evil\u0007' },
  { ...after(60), type: 'stage-progress', stage: 'install', detail: 'Retrieving file 1 of 90', percent: 1 },
  { ...after(61), type: 'stage-progress', stage: 'install', detail: 'Retrieving file 2 of 90', percent: 2.6 },
  { ...after(62), type: 'stage-progress', stage: 'install', detail: 'Retrieving file 15 of 90', percent: 16 },
  { ...after(75), type: 'stage-progress', stage: 'install', detail: 'Retrieving file 16 of 90', percent: 17 },
  { ...after(75.2), type: 'stage-progress', stage: 'install', detail: 'Installing GRUB' },
  { ...after(80), type: 'stage-finished', stage: 'install', seconds: 77 },
  { ...after(80), type: 'stage-skipped', stage: 'boot-check', why: 'the template turns it off' },
  { ...after(90), type: 'build-finished', result: RESULT },
];

export const FAILURE: readonly BuildEvent[] = [
  { ...after(0), type: 'stage-started', stage: 'plan' },
  { ...after(1), type: 'stage-finished', stage: 'plan', seconds: 1 },
  { ...after(1), type: 'stage-started', stage: 'media' },
  { ...after(1), type: 'stage-finished', stage: 'media', seconds: 0 },
  { ...after(1), type: 'stage-started', stage: 'prepare' },
  { ...after(1), type: 'stage-finished', stage: 'prepare', seconds: 0 },
  { ...after(1), type: 'stage-started', stage: 'install' },
  { ...after(9), type: 'stage-failed', stage: 'install', seconds: 8 },
  { ...after(9), type: 'build-failed', code: 'install.failed', exitCode: 5, message: 'No.', details: {} },
];
