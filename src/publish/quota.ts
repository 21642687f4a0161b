import { PublishError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';

/** One limit of a project, what is used of it, and what is to be added. */
export type Quota = {
  readonly resource: string;
  readonly used: number;
  /** Negative: none. */
  readonly limit: number;
  readonly wanted: number;
  /** Of which the numbers count; undefined for things that are counted. */
  readonly unitBytes?: number;
};

/** One line for each limit there is. */
export function quotaNotes(quotas: readonly Quota[]): readonly string[] {
  return quotas
    .filter(({ limit }) => limit >= 0)
    .map((quota) => `${quota.resource}: ${amount(quota, quota.used)} of ${amount(quota, quota.limit)} used`);
}

/** @throws PublishError `publish.quota` naming every limit that what is wanted goes beyond */
export function assertRoom(service: string, quotas: readonly Quota[]): void {
  const short = quotas.filter(({ used, limit, wanted }) => limit >= 0 && used + wanted > limit);
  if (short.length === 0) return;
  const lines = short.map((quota) => {
    const wanted = quota.wanted > 0 ? `, and ${amount(quota, quota.wanted)} more would be needed` : '';
    return `${quota.resource} is ${amount(quota, quota.limit)}, ${amount(quota, quota.used)} of it used${wanted}`;
  });
  throw new PublishError(
    'publish.quota',
    `${service}'s quota has no room for this: ${lines.join('; ')}. Delete what is not needed any more, or ask for a larger quota.`,
    { details: { service, quotas: short, retry: false } },
  );
}

function amount({ unitBytes }: Quota, count: number): string {
  return unitBytes === undefined ? String(count) : formatSize(count * unitBytes);
}
