import { PublishError } from '../../foundation/errors.ts';
import { assertOffered, readerNotes, unlessUntold } from '../assert-offered.ts';
import type { Demand } from '../demand.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { assertRoom, type Quota, quotaNotes } from '../quota.ts';
import { type CinderApi, cinderApi } from './cinder-api.ts';

/**
 * Whether Cinder would take the volume: type, zone and quotas. Nothing is changed.
 * @returns what is worth knowing, one line each
 * @throws PublishError `publish.not-offered`, `publish.quota` …
 */
export async function checkCinder(
  session: CloudSession,
  demand: Demand,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const cinder = cinderApi(session, signal);
  const quotas = quotasFor(demand, await cinder.limits());
  assertRoom('Cinder', quotas);
  await assertVolumeFits(cinder, session, demand, signal);
  const { volumeType, zone } = demand;
  if (volumeType !== undefined) {
    const types = await cinder.types();
    // Either counts, and a name is what one reads.
    if (!types.some(({ id }) => id === volumeType))
      assertOffered(
        'Cinder',
        'volume type',
        volumeType,
        types.map(({ name }) => name),
      );
  }
  const zones = zone === undefined ? undefined : await cinder.zones().catch(unlessUntold);
  if (zone !== undefined && zones !== undefined) assertOffered('Cinder', 'availability zone', zone, zones);
  return [...quotaNotes(quotas), ...(await readerNotes(session, signal))];
}

type Limits = Awaited<ReturnType<CinderApi['limits']>>;

function quotasFor({ volumes, snapshots, volumeGiB = 0 }: Demand, limits: Limits): readonly Quota[] {
  return [
    {
      resource: 'volumes',
      used: limits.totalVolumesUsed,
      limit: limits.maxTotalVolumes,
      wanted: volumes,
    },
    {
      resource: 'snapshots',
      used: limits.totalSnapshotsUsed,
      limit: limits.maxTotalSnapshots,
      wanted: snapshots,
    },
    {
      // A snapshot counts as much as its volume (cinder.conf, no_snapshot_gb_quota).
      resource: 'gigabytes',
      used: limits.totalGigabytesUsed,
      limit: limits.maxTotalVolumeGigabytes,
      wanted: volumeGiB * (volumes + snapshots),
      unitBytes: 2 ** 30,
    },
  ];
}

/** A limit of its own, which not every Cinder tells everybody. */
async function assertVolumeFits(
  cinder: CinderApi,
  session: CloudSession,
  { volumes, volumeGiB = 0 }: Demand,
  signal: AbortSignal | undefined,
): Promise<void> {
  const project = (await session.whoAmI(signal))?.project?.id;
  if (volumes === 0 || project === undefined) return;
  const limit = await cinder.volumeLimit(project).catch(unlessUntold);
  if (limit === undefined || limit < 0 || volumeGiB <= limit) return;
  throw new PublishError(
    'publish.quota',
    `Cinder lets a volume of this project have ${limit} GiB, and this one would have ${volumeGiB}. Ask for a larger quota (per_volume_gigabytes), or build a smaller disk.`,
    { details: { service: 'Cinder', limit, wanted: volumeGiB, retry: false } },
  );
}
