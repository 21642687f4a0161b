import type { Clock } from '../../foundation/clock.ts';
import { PublishError } from '../../foundation/errors.ts';
import { mayTryAgain, sentence, statusOf } from '../openstack/service-error.ts';
import type { IronicApi, Node } from './ironic-api.ts';

export type DeployOptions = {
  readonly ironic: IronicApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onState: (state: string) => void;
};

const POLL_MS = 500;
const LONGEST_POLL_MS = 5000;
const AWAY_MS = 120_000;
const DEPLOY_WITHIN_MS = 3 * 3_600_000;
const UNDEPLOY_WITHIN_MS = 60 * 60_000;
/** Ironic changes the state before it answers, so this is ample. */
const BEGIN_WITHIN_MS = 60_000;

/** Where a deployment or undeployment ends by itself. */
const FAILED = ['deploy failed', 'error', 'clean failed'];

/** States in which a node takes a new image. */
export const READY: readonly string[] = ['available', 'deploy failed'];

/** How long a request whose answer was lost may be under way before its effect shows. */
const SHOWS_WITHIN_MS = 3_000;

/**
 * Asks for a deployment, and is sure of it: when the answer is lost, the node itself tells whether Ironic has begun.
 * @throws PublishError when Ironic refuses or stays away
 */
export async function beginDeployment(node: string, options: DeployOptions): Promise<void> {
  await ask(node, 'active', ({ provision_state: state }) => !READY.includes(state ?? ''), options);
}

/** Waits until a deployment that was asked for is over. @throws PublishError `publish.deploy-failed` with Ironic's words */
export async function awaitDeployment(node: string, options: DeployOptions): Promise<Node> {
  const end = await reached(node, 'active', DEPLOY_WITHIN_MS, options);
  if (end.provision_state === 'active') return end;
  throw failed('deploy', node, end);
}

/** Takes a deployed node back to `available`. A node that is available already is left alone. */
export async function undeployNode(node: string, options: DeployOptions): Promise<Node> {
  const before = await options.ironic.node(node);
  if (before.provision_state === 'available') return before;
  await ask(node, 'deleted', (now) => now.provision_state !== before.provision_state, options);
  const end = await reached(node, 'available', UNDEPLOY_WITHIN_MS, options);
  if (end.provision_state === 'available') return end;
  throw failed('undeploy', node, end);
}

async function ask(
  node: string,
  target: 'active' | 'deleted',
  hasBegun: (now: Node) => boolean,
  options: DeployOptions,
): Promise<void> {
  const { ironic, signal } = options;
  try {
    await ironic.provision(node, target);
  } catch (error) {
    if (signal.aborted || !mayTryAgain(error)) throw error;
    if (await shows(node, hasBegun, options)) return;
    await ironic.provision(node, target).catch(async (again: unknown) => {
      // Refused because the first one is under way after all.
      if (statusOf(again) !== 409 || !(await shows(node, hasBegun, options))) throw again;
    });
  }
}

async function shows(node: string, is: (now: Node) => boolean, options: DeployOptions): Promise<boolean> {
  const { clock, signal } = options;
  for (let waited = 0; ; waited += POLL_MS) {
    if (is(await awaitNode(node, options))) return true;
    if (waited >= SHOWS_WITHIN_MS) return false;
    await clock.sleep(POLL_MS, signal);
  }
}

/** The node; a service that does not answer is waited for. */
export async function awaitNode(node: string, { ironic, clock, signal }: DeployOptions): Promise<Node> {
  const start = clock.monotonic();
  for (;;) {
    try {
      return await ironic.node(node);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayTryAgain(error) || clock.monotonic() - start > AWAY_MS) throw error;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function reached(
  node: string,
  wanted: 'active' | 'available',
  limitMs: number,
  options: DeployOptions,
): Promise<Node> {
  const { clock, signal, onState } = options;
  const start = clock.monotonic();
  for (let pause = POLL_MS; ; pause = Math.min(pause * 1.2, LONGEST_POLL_MS)) {
    const found = await awaitNode(node, options);
    const state = found.provision_state ?? 'none';
    onState(state);
    const isOver = state === wanted || FAILED.includes(state);
    if (isOver && !isBeforeStart(state, wanted, found)) return found;
    const waited = clock.monotonic() - start;
    if (waited > BEGIN_WITHIN_MS && state === NOT_BEGUN[wanted] && !found.target_provision_state)
      throw notBegun(node, state);
    if (waited > limitMs) throw tooLong(node, state);
    await clock.sleep(pause, signal);
  }
}

/** Where a node is as long as nothing has begun that ends in the state. */
const NOT_BEGUN = { active: 'available', available: 'active' } as const;

/** Right after undeploying was asked for, the old failure may still be shown; then a target is set. */
function isBeforeStart(state: string, wanted: string, node: Node): boolean {
  return state !== wanted && wanted === 'available' && node.target_provision_state === 'available';
}

/**
 * Makes a node what it was before a deployment that failed, was cancelled or may have begun unseen.
 * @param options with a signal and an Ironic of its own, since the caller's may have ended
 */
export async function takeBack(before: Node, wasAsked: boolean, options: DeployOptions): Promise<void> {
  const { ironic, clock, signal } = options;
  const isBusy = ({ provision_state: state }: Node): boolean => state !== 'available';
  if (wasAsked && (await shows(before.uuid, isBusy, options)))
    await untilAccepted(() => undeployNode(before.uuid, options), clock, signal);
  await untilAccepted(() => ironic.setInstanceInfo(before.uuid, before.instance_info), clock, signal);
}

/** Ironic refuses (400, 409) while it is at work on the node. */
async function untilAccepted<T>(attempt: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const status = statusOf(error);
      if (status !== 400 && status !== 409) throw error;
      await clock.sleep(POLL_MS, signal);
    }
  }
}

function failed(what: 'deploy' | 'undeploy', node: string, end: Node): PublishError {
  const why = end.last_error ? sentence(end.last_error) : 'It gives no reason.';
  return new PublishError(
    'publish.deploy-failed',
    `Ironic could not ${what} node ${node} (state "${end.provision_state}"): ${why}`,
    { details: { node, state: end.provision_state, lastError: end.last_error } },
  );
}

function notBegun(node: string, state: string): PublishError {
  return new PublishError(
    'publish.timeout',
    `Ironic was asked to change node ${node}, which has not begun, or somebody has ended it: its state is "${state}". Look at Ironic's log.`,
    { details: { node, state } },
  );
}

function tooLong(node: string, state: string): PublishError {
  return new PublishError(
    'publish.timeout',
    `Node ${node} stays in state "${state}". Look at its console and Ironic's log.`,
    {
      details: { node, state },
    },
  );
}
