import { z } from 'zod';
import { PublishError } from '../../foundation/errors.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { assertDone, orUnlike, parseAnswer } from '../openstack/parse-answer.ts';
import { serviceText } from '../openstack/service-text.ts';

const nodeSchema = z.object({
  uuid: z.string(),
  name: z.string().nullish(),
  provision_state: z.string().nullable(),
  target_provision_state: z.string().nullish(),
  maintenance: z.boolean().default(false),
  last_error: serviceText.nullish(),
  resource_class: z.string().nullish(),
  instance_uuid: z.string().nullish(),
  instance_info: z.record(z.string(), z.unknown()).default({}),
});

export type Node = z.infer<typeof nodeSchema>;

const validationSchema = z.record(
  z.string(),
  z.object({ result: z.boolean().nullable(), reason: serviceText.nullish() }),
);
export type Validation = z.infer<typeof validationSchema>;

/** 1.35 is Pike's (2017), the first that takes configuration drives as data; 1.82 is what this was written against. */
const OLDEST = 35;
const NEWEST = 82;

export type IronicApi = Awaited<ReturnType<typeof ironicApi>>;

/**
 * Ironic's calls as functions, in the newest API version that both sides know.
 * @throws PublishError `publish.not-offered` when the service is too old
 */
export async function ironicApi(session: CloudSession, signal?: AbortSignal) {
  const given = signal === undefined ? {} : { signal };
  const asked = session.request('baremetal', { method: 'GET', path: '/v1', ...given });
  const version = versionFor((await orUnlike(session, 'baremetal', asked)).headers);
  const send = (method: 'GET' | 'PUT' | 'PATCH', path: string, json?: unknown) => {
    const headers = { 'x-openstack-ironic-api-version': version };
    const request = { method, path, headers, ...(json === undefined ? {} : { json }), ...given };
    return session.request('baremetal', request);
  };
  const call = async (...request: Parameters<typeof send>): Promise<unknown> => (await send(...request)).json;
  const at = (node: string): string => `/v1/nodes/${encodeURIComponent(node)}`;
  // What went wrong is told in the conductor's words, which may hold what it was sent.
  const nodeOf = (json: unknown): Node => {
    const { last_error: error, ...node } = parse('node', nodeSchema, json);
    return { ...node, last_error: error && session.redact(error) };
  };
  return {
    version,
    node: async (node: string): Promise<Node> => nodeOf(await call('GET', at(node))),
    /** Nodes nobody uses that can be deployed at once. */
    available: async (resourceClass: string): Promise<readonly Node[]> => {
      const filters = {
        resource_class: resourceClass,
        provision_state: 'available',
        associated: 'false',
        maintenance: 'false',
        detail: 'true',
      };
      const json = await call('GET', `/v1/nodes?${new URLSearchParams(filters)}`);
      return parse('list of nodes', z.object({ nodes: z.array(nodeSchema) }), json).nodes;
    },
    setInstanceInfo: async (node: string, value: Readonly<Record<string, unknown>>): Promise<Node> =>
      nodeOf(await call('PATCH', at(node), [{ op: 'add', path: '/instance_info', value }])),
    validate: async (node: string): Promise<Validation> => {
      const found = parse('validation', validationSchema, await call('GET', `${at(node)}/validate`));
      return Object.fromEntries(
        Object.entries(found).map(([name, { result, reason }]) => [
          name,
          { result, reason: reason && session.redact(reason) },
        ]),
      );
    },
    provision: async (node: string, target: 'active' | 'deleted'): Promise<void> => {
      const answer = await send('PUT', `${at(node)}/states/provision`, { target });
      assertDone('baremetal', `${target === 'active' ? 'deploy' : 'undeploy'} node ${node}`, answer);
    },
  };
}

function versionFor(headers: Readonly<Record<string, string>>): string {
  const minor = (name: string): number => Number(/^1\.(\d+)$/.exec(headers[name] ?? '')?.[1] ?? Number.NaN);
  const [least, most] = [
    minor('x-openstack-ironic-api-minimum-version'),
    minor('x-openstack-ironic-api-maximum-version'),
  ];
  const chosen = Math.min(most, NEWEST);
  if (chosen >= OLDEST && least <= chosen) return `1.${chosen}`;
  throw new PublishError(
    'publish.not-offered',
    Number.isNaN(most)
      ? 'That endpoint does not answer like Ironic. Check the address.'
      : `This Ironic speaks API 1.${least} to 1.${most}, and Kiln 1.${OLDEST} to 1.${NEWEST}; they have none in common.`,
    { details: { least, most } },
  );
}

const parse = <Out>(what: string, schema: z.ZodType<Out>, json: unknown): Out =>
  parseAnswer('Ironic', what, schema, json);
