import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type StandInCinder, standInCinder } from './stand-in-cinder.ts';
import { bodyOf, reply } from './stand-in-http.ts';
import { type StandInIronic, standInIronic } from './stand-in-ironic.ts';

type Image = Record<string, unknown> & { id: string; status: string };

export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * Keystone, Glance, Cinder and Ironic in one small server, for faults that the real ones do not produce on request. It answers like them (recorded from
 * Debian 12's) wherever no fault is set.
 */
export type StandInCloud = {
  readonly url: string;
  readonly images: Map<string, Image>;
  readonly cinder: StandInCinder;
  readonly ironic: StandInIronic;
  /** `PUT /v2/images/5c1f/file`, in order, with the token each one carried. */
  readonly requests: { readonly line: string; readonly token: string | undefined }[];
  /** Looks at each request first; returns true when it has dealt with it. */
  fault: Fault | undefined;
  /** How long it rests between two parts of an image that it is sent. */
  restMs: number;
  /** How long its tokens last. */
  tokenMs: number;
  /** Addresses in the catalog, by service type, that are other than they should be, or more. */
  readonly catalog: Record<string, string>;
  /** What an image may not be created as. */
  forbids: readonly string[];
  /** Of everybody who logs in. */
  roles: readonly string[];
  close(): Promise<void>;
};

export async function standInCloud(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<StandInCloud> {
  const requests: StandInCloud['requests'] = [];
  const images = new Map<string, Image>();
  const [cinder, ironic] = [standInCinder(), standInIronic()];
  const cloud = {
    url: '',
    images,
    cinder,
    ironic,
    requests,
    restMs: 0,
    tokenMs: 3_600_000,
    catalog: {},
    forbids: [] as readonly string[],
    roles: ['member', 'reader'] as readonly string[],
    fault: undefined as Fault | undefined,
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = request.headers['x-auth-token'];
    requests.push({
      line: `${request.method} ${request.url}`,
      token: typeof token === 'string' ? token : undefined,
    });
    if (await cloud.fault?.(request, response)) return;
    await serve(cloud, request, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cloud.url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(cloud, { close });
}

async function serve(
  cloud: StandInCloud | Omit<StandInCloud, 'close'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const [path = ''] = url.split('?');
  if (path === '/v3/auth/tokens') return logIn(cloud, request, response);
  if (path.startsWith('/volume/')) return cloud.cinder.serve(request, response);
  if (path.startsWith('/baremetal/')) return cloud.ironic.serve(request, response);
  const id = /^\/v2\/images\/([^/]+)/.exec(path)?.[1];
  const image = id === undefined ? undefined : cloud.images.get(id);
  if (path === '/v2/images' && method === 'GET') {
    reply(response, 200, { images: [...cloud.images.values()].filter((one) => matches(one, url)) });
  } else if (path === '/v2/images' && method === 'POST') {
    const made = newImage(JSON.parse((await bodyOf(request)).toString()) as Record<string, unknown>);
    const action = made.visibility === 'public' ? 'publicize_image' : 'add_image';
    // In Glance's order: rights, then ids.
    if (cloud.forbids.includes(String(made.visibility)))
      return void reply(response, 403, { message: `You are not authorized to complete ${action} action.` });
    if (cloud.images.has(made.id))
      return void reply(response, 409, { message: `Image ID ${made.id} already exists!` });
    cloud.images.set(made.id, made);
    reply(response, 201, made);
  } else if (path === '/v2/info/stores') {
    reply(response, 200, { stores: [{ id: 'file', default: true }] });
  } else if (image === undefined) {
    reply(response, 404, { message: 'No image found with that ID<br /><br />\n' });
  } else if (method === 'PUT') {
    image.status = 'saving';
    const body = await bodyOf(request, cloud.restMs).catch((error: unknown) => {
      image.status = 'queued';
      throw error;
    });
    Object.assign(image, { status: 'active', size: body.length, os_hash_algo: 'sha512' });
    image.os_hash_value = createHash('sha512').update(body).digest('hex');
    reply(response, 204);
  } else if (method === 'PATCH') {
    const changes = JSON.parse((await bodyOf(request)).toString()) as {
      op: string;
      path: string;
      value: unknown;
    }[];
    for (const { op, path: pointer, value } of changes) {
      if (op === 'remove') delete image[pointer.slice(1)];
      else image[pointer.slice(1)] = value;
    }
    reply(response, 200, image);
  } else if (method === 'DELETE') {
    cloud.images.delete(image.id);
    reply(response, 204);
  } else reply(response, 200, image);
}

type Login = Pick<StandInCloud, 'url' | 'tokenMs' | 'catalog' | 'roles'>;

async function logIn(
  { url: base, tokenMs, catalog, roles }: Login,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await bodyOf(request);
  const at = (url: string) => [{ interface: 'public', region_id: 'R', url }];
  const token = {
    expires_at: new Date(Date.now() + tokenMs).toISOString(),
    user: { id: 'u', name: 'u' },
    project: { id: 'p', name: 'p' },
    roles: roles.map((name) => ({ name })),
    catalog: Object.entries({
      image: base,
      'block-storage': `${base}/volume/v3`,
      baremetal: `${base}/baremetal`,
      ...catalog,
    }).map(([type, url]) => ({ type, endpoints: at(url) })),
  };
  reply(response, 201, { token }, { 'x-subject-token': `token-${randomUUID()}` });
}

function newImage(fields: Record<string, unknown>): Image {
  const base = { owner: 'p', protected: false, os_hidden: false, tags: [], min_disk: 0, min_ram: 0 };
  return { ...base, id: randomUUID(), ...fields, status: 'queued', created_at: now() };
}

/** In whole seconds, as Glance says it. */
const now = (): string => new Date().toISOString().replace(/\.\d+/, '');

function matches(image: Image, url: string): boolean {
  const filters = new URL(url, 'http://x').searchParams;
  if (String(image.os_hidden ?? false) !== (filters.get('os_hidden') ?? 'false')) return false;
  return ['name', 'owner', 'kiln_begun', 'kernel_id', 'ramdisk_id'].every(
    (key) => !filters.has(key) || image[key] === filters.get(key),
  );
}
