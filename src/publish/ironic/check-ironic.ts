import { readerNotes } from '../assert-offered.ts';
import type { Demand } from '../demand.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { chooseNode } from './choose-node.ts';
import { ironicApi } from './ironic-api.ts';
import { assertReady } from './point-node.ts';

/**
 * Whether the node is there and takes an image, or one of the class is free. Nothing is changed.
 * @throws PublishError `publish.not-found`, `publish.node-not-ready` …
 */
export async function checkIronic(
  session: CloudSession,
  demand: Demand,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const ironic = await ironicApi(session, signal);
  await session.request('baremetal', {
    method: 'GET',
    path: '/v1/nodes?limit=1',
    ...(signal === undefined ? {} : { signal }),
  });
  if (demand.node !== undefined || demand.resourceClass !== undefined)
    assertReady(await chooseNode(ironic, demand), session.cloud);
  return readerNotes(session, signal);
}
