import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, type KilnError } from '../../../src/foundation/errors.ts';
import type { Publication } from '../../../src/publish/publication.ts';
import { type FaultScene, faultScene, hasty } from '../../support/fault-scene.ts';
import type { Fault } from '../../support/stand-in-cloud.ts';
import { loseAnswer, REQUEST_FAULTS } from '../../support/stand-in-faults.ts';

/** Whichever request to Cinder or Ironic meets a fault: nothing is orphaned, nothing is there twice. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const TARGETS = ['cinder:,snapshot', 'ironic:,node=n,deploy'] as const;
type Target = (typeof TARGETS)[number];

const publish = (target: Target, signal = new AbortController().signal, haste = 50): Promise<Publication> =>
  scene.publishTo(target, {}, { clock: hasty(haste), signal, limits: { answerMs: 2_000, stallMs: 2_000 } });

type Standing = {
  readonly volumes: number;
  readonly snapshots: number;
  readonly node: string;
  readonly images: number;
};
const standing = (): Standing => ({
  volumes: scene.cloud.cinder.volumes.size,
  snapshots: scene.cloud.cinder.snapshots.size,
  node: `${scene.cloud.ironic.node.provision_state} ${Object.keys(scene.cloud.ironic.node.instance_info as object).length > 0}`,
  images: scene.cloud.images.size,
});

const NOTHING: Standing = { volumes: 0, snapshots: 0, node: 'available false', images: 0 };
const DONE: Readonly<Record<Target, Standing>> = {
  'cinder:,snapshot': { ...NOTHING, volumes: 1, snapshots: 1 },
  'ironic:,node=n,deploy': { ...NOTHING, node: 'active true', images: 1 },
};

function clear(): void {
  scene.cloud.images.clear();
  scene.cloud.cinder.volumes.clear();
  scene.cloud.cinder.snapshots.clear();
  scene.cloud.ironic.begun.length = 0;
  Object.assign(scene.cloud.ironic.node, {
    provision_state: 'available',
    target_provision_state: null,
    instance_info: {},
  });
}

/** The requests of one publication that nothing disturbs; of those to Glance only the last, since the rest are tested on their own. */
async function linesOf(target: Target): Promise<readonly { index: number; line: string }[]> {
  scene.cloud.requests.length = 0;
  await publish(target);
  const lines = scene.cloud.requests.map(({ line }) => line.replaceAll(/\?.*|[0-9a-f-]{36}/g, ''));
  expect(standing()).toEqual(DONE[target]);
  clear();
  return [...lines.entries()]
    .map(([index, line]) => ({ index, line }))
    .filter(({ line }) => /baremetal|volume|DELETE/.test(line));
}

/** The n-th request meets the fault. */
function faultAt(n: number, fault: Fault): Fault {
  let seen = -1;
  return (request, response) => {
    seen += 1;
    return seen === n && fault(request, response);
  };
}

const endOf = (publication: Promise<Publication>): Promise<KilnError | undefined> =>
  publication.then(
    () => undefined,
    (thrown: KilnError) => thrown,
  );

describe.each(TARGETS)('%s', (target) => {
  it.each(REQUEST_FAULTS.slice(-2))(
    'a request that %s leaves nothing, or all of it once',
    async (_what, fault) => {
      const lines = await linesOf(target);
      for (const { index, line } of lines) {
        scene.cloud.fault = faultAt(index, fault);
        const error = await endOf(publish(target));
        scene.cloud.fault = undefined;
        const about = `request ${index}: ${line} ${error?.message ?? ''}`;
        if (error !== undefined) expect(error, about).toMatchObject({ exitCode: 7 });
        expect(standing(), about).toEqual(error === undefined ? DONE[target] : NOTHING);
        clear();
      }
    },
    60_000,
  );

  it('Ctrl-C during a request that is done but not answered leaves nothing', async () => {
    const lines = await linesOf(target);
    for (const { index, line } of lines) {
      const stopping = new AbortController();
      scene.cloud.fault = faultAt(index, (request, response) => {
        stopping.abort(new CancelledError('stopped'));
        return loseAnswer(request, response);
      });
      const error = await endOf(publish(target, stopping.signal));
      scene.cloud.fault = undefined;
      const about = `request ${index}: ${line} ${error?.message ?? ''}`;
      if (error !== undefined) expect(error, about).toMatchObject({ code: 'cancelled' });
      expect(standing(), about).toEqual(error === undefined ? DONE[target] : NOTHING);
      clear();
    }
  }, 60_000);
});

it('what kill -9 leaves at any request to Cinder, the next run brings to its end', async () => {
  const target = 'cinder:,snapshot';
  const lines = await linesOf(target);
  for (const { index, line } of lines) {
    const killed = new AbortController();
    scene.cloud.fault = faultAt(index, () => {
      killed.abort();
      return false;
    });
    const fault = scene.cloud.fault;
    // A dead process sends nothing more.
    scene.cloud.fault = (request, response) => {
      if (!killed.signal.aborted) return fault(request, response);
      request.socket.destroy();
      return true;
    };
    await endOf(publish(target, killed.signal, 2_000));
    scene.cloud.fault = undefined;
    await publish(target);
    expect(standing(), `request ${index}: ${line}`).toEqual(DONE[target]);
    clear();
  }
}, 60_000);
