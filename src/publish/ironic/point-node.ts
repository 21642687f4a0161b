import { PublishError } from '../../foundation/errors.ts';
import { afterCleanUp, namesOrphan } from '../openstack/after-clean-up.ts';
import { kilnCommand } from '../openstack/client-command.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { CloudSettings } from '../openstack/cloud-settings.ts';
import { mayTryAgain, sentence, statusOf } from '../openstack/service-error.ts';
import type { Publication, PublishContext } from '../publication.ts';
import {
  awaitDeployment,
  awaitNode,
  beginDeployment,
  type DeployOptions,
  READY,
  takeBack,
} from './deploy-node.ts';
import { hasInstanceInfo, type InstanceInfo } from './instance-info.ts';
import { type IronicApi, ironicApi, type Node, type Validation } from './ironic-api.ts';
import { restoreCommand } from './node-command.ts';

export type PointOptions = {
  readonly ironic: IronicApi;
  readonly session: CloudSession;
  readonly context: PublishContext;
  readonly deploys: boolean;
};

export type Pointed = { readonly node: Node; readonly action: Publication['action'] };

/** What an undeployment ends. The latter two are left by a publication that was killed. */
const UNDEPLOYABLE = ['active', 'wait call-back', 'deploying'];
/** Of a node's interfaces, those a deployment needs. */
const NEEDED = ['boot', 'deploy', 'management', 'power'];
const CLEAN_UP_WITHIN_MS = 60_000;
/** Refusals after which nothing has begun. */
const NOT_ALLOWED = [401, 403, 404];

/**
 * Gives a node its image, has Ironic check it, and deploys it where asked for. Whatever fails, the node is as it was.
 * @throws PublishError `publish.node-not-ready`, `publish.node-invalid`, `publish.deploy-failed` …, CancelledError
 */
export async function pointNode(node: Node, info: InstanceInfo, options: PointOptions): Promise<Pointed> {
  const { ironic, session, context, deploys } = options;
  if (isPointed(node, info, deploys)) return { node, action: 'unchanged' };
  const isSet = hasInstanceInfo(node.instance_info, info);
  assertReady(node, session.cloud);
  const { clock, signal } = context;
  const onState = (now: string): void => context.onProgress(`node ${node.name ?? node.uuid}: ${now}`);
  const deploying: DeployOptions = { ironic, clock, signal, onState };
  let wasAsked = false;
  let hasBegun = false;
  try {
    await twice(node.uuid, () => ironic.setInstanceInfo(node.uuid, info), deploying);
    assertDeployable(node, await twice(node.uuid, () => ironic.validate(node.uuid), deploying));
    if (!deploys)
      return { node: await awaitNode(node.uuid, deploying), action: isSet ? 'updated' : 'created' };
    wasAsked = true;
    await beginDeployment(node.uuid, deploying);
    hasBegun = true;
    return { node: await awaitDeployment(node.uuid, deploying), action: 'created' };
  } catch (error) {
    const mayHaveBegun = hasBegun || (wasAsked && !NOT_ALLOWED.includes(statusOf(error) ?? 0));
    const command = restoreCommand(node, info, mayHaveBegun, session.cloud);
    throw await takenBack(node, wasAsked, error, session.redact(command), options);
  }
}

/** Whether a node has its image and its state already. */
export function isPointed(node: Node, info: InstanceInfo, deploys: boolean): boolean {
  const state = node.provision_state ?? '';
  return (
    hasInstanceInfo(node.instance_info, info) && (state === 'active' || (!deploys && state === 'available'))
  );
}

/** What is the same when it is done twice is done again when no answer came. */
async function twice<T>(node: string, attempt: () => Promise<T>, options: DeployOptions): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (options.signal.aborted || !mayTryAgain(error)) throw error;
    await awaitNode(node, options);
    return attempt();
  }
}

/** Also after Ctrl-C, so without the caller's signal. */
async function takenBack(
  node: Node,
  wasAsked: boolean,
  error: unknown,
  command: string,
  { session, context }: PointOptions,
): Promise<unknown> {
  const leftover = { id: node.uuid, what: `Node ${node.uuid}`, command };
  const told = await afterCleanUp(error, context, leftover, async () => {
    const own = AbortSignal.timeout(CLEAN_UP_WITHIN_MS);
    const ironic = await ironicApi(session, own);
    await takeBack(node, wasAsked, { ironic, clock: context.clock, signal: own, onState: () => {} });
  });
  if (namesOrphan(told) || !(told instanceof PublishError) || told.code !== 'publish.node-invalid')
    return told;
  return new PublishError(told.code, `${told.message} The node is as it was.`, {
    cause: told.cause,
    details: told.details,
  });
}

function assertDeployable(node: Node, validation: Validation): void {
  const bad = NEEDED.flatMap((name) => {
    const found = validation[name];
    return found?.result === false ? [`${name}: ${found.reason ?? 'no reason given'}`] : [];
  });
  if (bad.length === 0) return;
  throw new PublishError(
    'publish.node-invalid',
    `Ironic says that node ${node.name ?? node.uuid} cannot be deployed like that: ${sentence(bad.join('; '))}`,
    { details: { node: node.uuid, problems: bad } },
  );
}

/** @throws PublishError `publish.node-not-ready` */
export function assertReady(node: Node, cloud: CloudSettings): void {
  const { provision_state: state, maintenance } = node;
  if (READY.includes(state ?? '') && !maintenance) return;
  const name = node.name ?? node.uuid;
  const why = maintenance ? 'it is in maintenance' : `its state is "${state}"`;
  const next =
    !maintenance && UNDEPLOYABLE.includes(state ?? '')
      ? `Undeploy it first: \`${kilnCommand(cloud, 'undeploy', name)}\`.`
      : 'Make it available first.';
  throw new PublishError('publish.node-not-ready', `Node ${name} takes no image now: ${why}. ${next}`, {
    details: { node: node.uuid, state },
  });
}
