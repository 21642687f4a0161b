import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, reply } from './stand-in-http.ts';

type Thing = Record<string, unknown> & { id: string; status: string };

/** Cinder's volumes and snapshots, which take `settlesAfter` looks until they are available. */
export type StandInCinder = {
  readonly volumes: Map<string, Thing>;
  readonly snapshots: Map<string, Thing>;
  /** How often a new thing is shown as `creating`. */
  settlesAfter: number;
  /** What a new thing ends as. */
  end: 'available' | 'error';
  /** Of the project, in GiB. */
  limits: { gigabytes: number; perVolume: number };
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

export function standInCinder(): StandInCinder {
  const left = new Map<string, number>();
  const volumes = new Map<string, Thing>();
  const snapshots = new Map<string, Thing>();
  const cinder = { volumes, snapshots, settlesAfter: 1, end: 'available' as StandInCinder['end'] };
  const limits = { gigabytes: 1000, perVolume: -1 };
  const make = (all: Map<string, Thing>, fields: Record<string, unknown>): Thing => {
    const made = { size: 1, ...fields, id: randomUUID(), status: 'creating' };
    all.set(made.id, made);
    left.set(made.id, cinder.settlesAfter);
    return made;
  };
  const look = (thing: Thing): Thing => {
    const times = left.get(thing.id) ?? 0;
    left.set(thing.id, times - 1);
    if (thing.status === 'creating' && times <= 0) thing.status = cinder.end;
    return thing;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://x');
    const [, , , kind = '', id = '', part, key = ''] = url.pathname.split('/');
    if (kind === 'messages') return void reply(response, 200, { messages: [] });
    const told = aboutItself(limits)[kind];
    if (told !== undefined) return void reply(response, 200, told);
    const all = kind === 'volumes' ? volumes : snapshots;
    const one = kind.slice(0, -1);
    const thing = all.get(id);
    if (part === 'metadata' && thing !== undefined) {
      await changeMetadata(thing, key, request);
      reply(response, 200, request.method === 'POST' ? { metadata: thing.metadata } : undefined);
    } else if (request.method === 'POST') {
      const body = JSON.parse((await bodyOf(request)).toString()) as Record<string, Record<string, unknown>>;
      reply(response, 202, { [one]: make(all, body[one] ?? {}) });
    } else if (id === '' || id === 'detail') {
      const matches = (it: Thing): boolean =>
        [...url.searchParams].every(([key, value]) => it[key] === value);
      reply(response, 200, { [kind]: [...all.values()].filter(matches).map(look) });
    } else if (thing === undefined) {
      reply(response, 404, { itemNotFound: { message: `${one} ${id} could not be found.` } });
    } else if (request.method === 'DELETE') {
      const isBusy = thing.status === 'creating';
      const hasSnapshots = [...snapshots.values()].some(({ volume_id }) => volume_id === id);
      if (!isBusy && !hasSnapshots) all.delete(id);
      look(thing);
      if (isBusy || hasSnapshots) reply(response, 400, { badRequest: { message: 'Invalid volume' } });
      else reply(response, 202);
    } else {
      const text = (await bodyOf(request)).toString();
      if (text !== '') Object.assign(thing, (JSON.parse(text) as Record<string, object>)[one]);
      reply(response, 200, { [one]: look(thing) });
    }
  };
  return Object.assign(cinder, { limits, serve });
}

/** POST adds, DELETE takes one away. */
async function changeMetadata(thing: Thing, key: string, request: IncomingMessage): Promise<void> {
  const { [key]: _, ...left } = (thing.metadata ?? {}) as Record<string, string>;
  const text = (await bodyOf(request)).toString();
  const { metadata } = text === '' ? {} : (JSON.parse(text) as { metadata?: Record<string, string> });
  thing.metadata = { ...left, ...metadata };
}

function aboutItself({ gigabytes, perVolume }: StandInCinder['limits']): Readonly<Record<string, unknown>> {
  const absolute = {
    maxTotalVolumes: 10,
    totalVolumesUsed: 0,
    maxTotalSnapshots: 10,
    totalSnapshotsUsed: 0,
    maxTotalVolumeGigabytes: gigabytes,
    totalGigabytesUsed: 0,
  };
  const zone = (zoneName: string, available: boolean) => ({ zoneName, zoneState: { available } });
  return {
    limits: { limits: { rate: [], absolute } },
    types: { volume_types: [{ id: 't-1', name: 'lab' }] },
    'os-availability-zone': { availabilityZoneInfo: [zone('nova', true), zone('down', false)] },
    'os-quota-sets': { quota_set: { id: 'p', per_volume_gigabytes: perVolume } },
  };
}
