import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, reply } from './stand-in-http.ts';

type Node = Record<string, unknown> & { provision_state: string; target_provision_state: string | null };

/** One node of Ironic, called `n`, that is deployed and undeployed within two looks. */
export type StandInIronic = {
  readonly node: Node;
  /** What a deployment ends as. */
  end: 'active' | 'deploy failed';
  /** What the boot interface says of it. */
  validation: { readonly result: boolean; readonly reason?: string };
  /** Its words when a deployment fails. */
  reason: string;
  /** Deployments and undeployments that were begun. */
  readonly begun: string[];
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

const VERSIONS = {
  'x-openstack-ironic-api-minimum-version': '1.1',
  'x-openstack-ironic-api-maximum-version': '1.78',
};

export function standInIronic(): StandInIronic {
  const node: Node = {
    uuid: 'n',
    name: 'n',
    provision_state: 'available',
    target_provision_state: null,
    maintenance: false,
    instance_info: {},
  };
  const ironic: Omit<StandInIronic, 'serve'> = {
    node,
    end: 'active',
    validation: { result: true },
    reason: 'the disk is broken',
    begun: [],
  };
  let looks = 0;
  const settle = (): void => {
    looks += 1;
    if (node.target_provision_state === null || looks < 2) return;
    const isUndeployed = node.target_provision_state === 'available';
    node.provision_state = isUndeployed ? 'available' : ironic.end;
    if (isUndeployed) node.instance_info = {};
    if (ironic.end !== 'active' && !isUndeployed) node.last_error = ironic.reason;
    node.target_provision_state = null;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace('/baremetal', '');
    const body = (await bodyOf(request)).toString();
    if (path === '/v1') reply(response, 200, {}, VERSIONS);
    else if (path.startsWith('/v1/nodes?')) reply(response, 200, { nodes: [] });
    else if (!/^\/v1\/nodes\/n(\/|$)/.test(path))
      reply(response, 404, { error_message: `Node ${path.slice('/v1/nodes/'.length)} could not be found.` });
    else if (path.endsWith('/validate')) reply(response, 200, { boot: ironic.validation });
    else if (path.endsWith('/states/provision')) {
      if (node.target_provision_state !== null)
        return void reply(response, 409, { error_message: 'Node n is locked' });
      const { target } = JSON.parse(body) as { target: string };
      const isAllowed =
        (target === 'active') === ['available', 'deploy failed'].includes(node.provision_state);
      if (!isAllowed && target === 'active')
        return void reply(response, 400, { error_message: `"${target}" can not be performed` });
      ironic.begun.push(target);
      looks = 0;
      node.provision_state = target === 'active' ? 'deploying' : 'deleting';
      node.target_provision_state = target === 'active' ? 'active' : 'available';
      reply(response, 202);
    } else if (request.method === 'PATCH') {
      for (const { value } of JSON.parse(body) as { value: unknown }[]) node.instance_info = value;
      reply(response, 200, node);
    } else {
      settle();
      reply(response, 200, node);
    }
  };
  return Object.assign(ironic, { serve });
}
