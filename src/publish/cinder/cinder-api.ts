import { z } from 'zod';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { assertDone, orUnlike, parseAnswer } from '../openstack/parse-answer.ts';
import { serviceText } from '../openstack/service-text.ts';

const metadata = z.record(z.string(), z.string()).default({});

const volumeSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  size: z.number(),
  bootable: z.string().nullish(),
  metadata,
});
const snapshotSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  volume_id: z.string(),
  metadata,
});
const limitsSchema = z.object({
  limits: z.object({
    absolute: z.object({
      maxTotalVolumes: z.number(),
      totalVolumesUsed: z.number(),
      maxTotalSnapshots: z.number(),
      totalSnapshotsUsed: z.number(),
      maxTotalVolumeGigabytes: z.number(),
      totalGigabytesUsed: z.number(),
    }),
  }),
});
const quotaSetSchema = z.object({
  quota_set: z.looseObject({ per_volume_gigabytes: z.number().default(-1) }),
});
const typesSchema = z.object({ volume_types: z.array(z.object({ id: z.string(), name: z.string() })) });
const zonesSchema = z.object({
  availabilityZoneInfo: z.array(
    z.object({ zoneName: z.string(), zoneState: z.object({ available: z.boolean() }) }),
  ),
});
const messagesSchema = z.object({ messages: z.array(z.object({ user_message: serviceText })) });

export type Volume = z.infer<typeof volumeSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
/** What a user-visible message may be about. */
export type CinderThing = 'volumes' | 'snapshots';

/** Names the request that made a volume or snapshot. */
export const REQUEST_PROPERTY = 'kiln_request';

/** Messages to users came with 3.3; the answers used here are the same since 3.0. */
const VERSION = { 'openstack-api-version': 'volume 3.3' };

export type CinderApi = ReturnType<typeof cinderApi>;

/** Cinder's calls as functions. They throw what `CloudSession.request` throws. */
export function cinderApi(session: CloudSession, signal?: AbortSignal) {
  const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, json?: unknown) =>
    session.request('block-storage', {
      method,
      path,
      headers: VERSION,
      ...(json === undefined ? {} : { json }),
      ...(signal === undefined ? {} : { signal }),
    });
  const call = async (...request: Parameters<typeof send>): Promise<unknown> => (await send(...request)).json;
  const oneVolume = (json: unknown): Volume =>
    parse('volume', z.object({ volume: volumeSchema }), json).volume;
  const oneSnapshot = (json: unknown): Snapshot =>
    parse('snapshot', z.object({ snapshot: snapshotSchema }), json).snapshot;
  return {
    volume: async (id: string): Promise<Volume> => oneVolume(await call('GET', `/volumes/${id}`)),
    volumesNamed: async (name: string): Promise<readonly Volume[]> => {
      const asked = call('GET', `/volumes/detail?${new URLSearchParams({ name })}`);
      const json = await orUnlike(session, 'block-storage', asked);
      return parse('list of volumes', z.object({ volumes: z.array(volumeSchema) }), json).volumes;
    },
    createVolume: async (fields: Readonly<Record<string, unknown>>): Promise<Volume> =>
      // What is answered at once lacks nothing of the schema.
      oneVolume(await call('POST', '/volumes', { volume: fields })),
    rename: async (thing: CinderThing, id: string, name: string): Promise<void> => {
      await call('PUT', `/${thing}/${id}`, { [thing.slice(0, -1)]: { name } });
    },
    snapshot: async (id: string): Promise<Snapshot> => oneSnapshot(await call('GET', `/snapshots/${id}`)),
    snapshotsOf: async (volume: string): Promise<readonly Snapshot[]> => {
      const json = await call('GET', `/snapshots?volume_id=${volume}`);
      return parse('list of snapshots', z.object({ snapshots: z.array(snapshotSchema) }), json).snapshots;
    },
    createSnapshot: async (fields: Readonly<Record<string, unknown>>): Promise<Snapshot> =>
      oneSnapshot(await call('POST', '/snapshots', { snapshot: fields })),
    /** Others that it has stay. */
    addMetadata: async (
      thing: CinderThing,
      id: string,
      metadata: Readonly<Record<string, string>>,
    ): Promise<void> => {
      await call('POST', `/${thing}/${id}/metadata`, { metadata });
    },
    removeMetadata: async (thing: CinderThing, id: string, key: string): Promise<void> => {
      await call('DELETE', `/${thing}/${id}/metadata/${key}`);
    },
    remove: async (thing: CinderThing, id: string): Promise<void> => {
      assertDone('block-storage', `delete ${thing}/${id}`, await send('DELETE', `/${thing}/${id}`));
    },
    /** The project's quotas and what is used of them; GiB for sizes, -1 without limit. */
    limits: async () =>
      parse('limits', limitsSchema, await orUnlike(session, 'block-storage', call('GET', '/limits'))).limits
        .absolute,
    /** GiB that one volume may have, -1 without limit. */
    volumeLimit: async (project: string): Promise<number> => {
      const json = await call('GET', `/os-quota-sets/${project}`);
      return parse('quota', quotaSetSchema, json).quota_set.per_volume_gigabytes;
    },
    types: async () => parse('list of types', typesSchema, await call('GET', '/types')).volume_types,
    /** Names of the zones that take volumes. */
    zones: async (): Promise<readonly string[]> => {
      const json = await call('GET', '/os-availability-zone');
      const all = parse('list of zones', zonesSchema, json).availabilityZoneInfo;
      return all.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
    },
    /** Why something is in state `error`, newest first. */
    messages: async (id: string): Promise<readonly string[]> => {
      const json = await call('GET', `/messages?resource_uuid=${id}`);
      return parse('messages', messagesSchema, json).messages.map(({ user_message }) =>
        session.redact(user_message),
      );
    },
  };
}

const parse = <Out>(what: string, schema: z.ZodType<Out>, json: unknown): Out =>
  parseAnswer('Cinder', what, schema, json);
