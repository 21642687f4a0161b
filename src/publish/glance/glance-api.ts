import { z } from 'zod';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { endlessList, nextPage } from '../openstack/next-page.ts';
import { assertDone, orUnlike, parseAnswer } from '../openstack/parse-answer.ts';
import { serviceText } from '../openstack/service-text.ts';

/** Image API v2. Properties of any name stand beside these fields. */
const imageSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  visibility: z.string(),
  owner: z.string().nullable(),
  protected: z.boolean(),
  os_hidden: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  created_at: z.string(),
  size: z.number().nullish(),
  virtual_size: z.number().nullish(),
  min_disk: z.number().default(0),
  min_ram: z.number().default(0),
  disk_format: z.string().nullish(),
  container_format: z.string().nullish(),
  checksum: z.string().nullish(),
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
});

export type GlanceImage = z.infer<typeof imageSchema>;

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

const listSchema = z.object({ images: z.array(imageSchema), next: z.string().optional() });
const storesSchema = z.object({ stores: z.array(z.looseObject({ id: z.string() })) });
const methodsSchema = z.object({ 'import-methods': z.object({ value: z.array(z.string()) }) });
const membersSchema = z.object({ members: z.array(z.object({ member_id: z.string() })) });
const usageSchema = z.object({
  usage: z.record(z.string(), z.object({ usage: z.number(), limit: z.number() })),
});
const tasksSchema = z.object({
  tasks: z.array(z.looseObject({ status: z.string(), message: serviceText.nullish() })),
});

export type Content = {
  readonly body: () => AsyncIterable<Uint8Array>;
  /** Bytes; sent along, since Glance leaves an image in `saving` for ever when it refuses one of unknown length. */
  readonly length: number;
  readonly store?: string | undefined;
};

const MORE_THAN_ENOUGH_PAGES = 100;
/** After the last byte Glance may still move the image, for instance into Ceph. */
const STORE_WITHIN_MS = 30 * 60_000;

/** Glance's calls as functions. They throw what `CloudSession.request` throws. */
export type GlanceApi = ReturnType<typeof glanceApi>;

export function glanceApi(session: CloudSession, signal?: AbortSignal) {
  const call: CloudSession['request'] = (service, request) =>
    session.request(service, { ...(signal === undefined ? {} : { signal }), ...request });
  const listed = (path: string) => orUnlike(session, 'image', call('image', { method: 'GET', path }));
  const at = (id: string): string => `/v2/images/${encodeURIComponent(id)}`;
  const send = async (path: string, { body, length, store }: Content): Promise<void> => {
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(length),
      ...(store === undefined ? {} : { 'x-image-meta-store': store }),
    };
    await call('image', { method: 'PUT', path, headers, body, answerWithinMs: STORE_WITHIN_MS });
  };
  return {
    create: async (fields: Readonly<Record<string, unknown>>): Promise<GlanceImage> => {
      const { json } = await call('image', { method: 'POST', path: '/v2/images', json: fields });
      return parse('created image', imageSchema, json);
    },
    get: async (id: string): Promise<GlanceImage> =>
      parse('image', imageSchema, (await call('image', { method: 'GET', path: at(id) })).json),
    /** Any image that this user sees. */
    any: async (): Promise<GlanceImage | undefined> => {
      const { json } = await listed('/v2/images?limit=1');
      return parse('list of images', listSchema, json).images[0];
    },
    /** All that match, newest first. */
    list: async (filters: Readonly<Record<string, string>>): Promise<readonly GlanceImage[]> => {
      const found: GlanceImage[] = [];
      let path = `/v2/images?${new URLSearchParams({ limit: '100', sort: 'created_at:desc', ...filters })}`;
      for (let page = 0; page < MORE_THAN_ENOUGH_PAGES; page += 1) {
        const { json } = await listed(path);
        const { images, next } = parse('list of images', listSchema, json);
        found.push(...images);
        if (next === undefined) return found;
        path = await nextPage(session, 'image', next, signal);
      }
      throw endlessList('image', MORE_THAN_ENOUGH_PAGES);
    },
    patch: async (id: string, operations: readonly PatchOperation[]): Promise<GlanceImage> => {
      const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
      const { json } = await call('image', { method: 'PATCH', path: at(id), headers, json: operations });
      return parse('changed image', imageSchema, json);
    },
    remove: async (id: string): Promise<void> => {
      const answer = await call('image', { method: 'DELETE', path: at(id) });
      assertDone('image', `delete image ${id}`, answer);
    },
    upload: (id: string, content: Content): Promise<void> => send(`${at(id)}/file`, content),
    stage: (id: string, content: Content): Promise<void> =>
      send(`${at(id)}/stage`, { ...content, store: undefined }),
    beginImport: async (
      id: string,
      method: Readonly<Record<string, unknown>>,
      store?: string,
    ): Promise<void> => {
      const json = { method, ...(store === undefined ? {} : { stores: [store] }) };
      await call('image', { method: 'POST', path: `${at(id)}/import`, json });
    },
    tasks: async (id: string) =>
      parse(
        'tasks',
        tasksSchema,
        (await call('image', { method: 'GET', path: `${at(id)}/tasks` })).json,
      ).tasks.map(({ message, ...task }) => ({ ...task, message: session.redact(message ?? '') })),
    members: async (id: string): Promise<readonly string[]> => {
      const { json } = await call('image', { method: 'GET', path: `${at(id)}/members` });
      return parse('members', membersSchema, json).members.map(({ member_id }) => member_id);
    },
    addMember: async (id: string, member: string): Promise<void> => {
      await call('image', { method: 'POST', path: `${at(id)}/members`, json: { member } });
    },
    stores: async (): Promise<readonly string[]> => {
      const { json } = await call('image', { method: 'GET', path: '/v2/info/stores' });
      return parse('stores', storesSchema, json).stores.map(({ id }) => id);
    },
    importMethods: async (): Promise<readonly string[]> => {
      const { json } = await call('image', { method: 'GET', path: '/v2/info/import' });
      return parse('import methods', methodsSchema, json)['import-methods'].value;
    },
    /** Quotas by resource; MiB for sizes, -1 without limit. */
    usage: async () =>
      parse('usage', usageSchema, (await call('image', { method: 'GET', path: '/v2/info/usage' })).json)
        .usage,
  };
}

const parse = <Out>(what: string, schema: z.ZodType<Out>, json: unknown): Out =>
  parseAnswer('Glance', what, schema, json);
