import { PublishError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { CloudSession } from './openstack/cloud-session.ts';
import { statusOf } from './openstack/service-error.ts';

/** @throws PublishError `publish.not-offered` naming what there is */
export function assertOffered(
  service: string,
  what: string,
  wanted: string,
  offered: readonly string[],
): void {
  if (offered.includes(wanted)) return;
  const list = offered.length === 0 ? 'none' : offered.join(', ');
  throw new PublishError(
    'publish.not-offered',
    `${service} has no ${what} "${wanted}".${suggestion(wanted, offered)} It offers: ${list}.`,
    { details: { what, wanted, offered } },
  );
}

/** For what older services, and those with rules of their own, do not tell everybody. */
export function unlessUntold(error: unknown): undefined {
  if (statusOf(error) === 404 || statusOf(error) === 403) return undefined;
  throw error;
}

/**
 * Keystone's own role for looking without changing. Whether a service keeps to it is a matter of its rules, so this is worth a word where the
 * service itself cannot be asked.
 */
export async function readerNotes(
  session: CloudSession,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const roles = (await session.whoAmI(signal))?.roles ?? [];
  const isReader = roles.length > 0 && roles.every(({ name }) => name === 'reader');
  return isReader
    ? ['this user has the role reader alone, with which most services let nobody make anything']
    : [];
}
