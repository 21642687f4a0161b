import { PublishError } from '../../foundation/errors.ts';
import { SERVICE_NAMES, type ServiceType } from './catalog.ts';
import type { CloudSession } from './cloud-session.ts';
import { shownAddress } from './http-address.ts';

/**
 * Where a list goes on, as a path below its service's endpoint: the token is sent along.
 * @throws PublishError `publish.service` for any other place
 */
export async function nextPage(
  session: CloudSession,
  service: ServiceType,
  next: string,
  signal?: AbortSignal,
): Promise<string> {
  const endpoint = await session.endpoint(service, signal);
  const { origin, pathname } = new URL(endpoint);
  const root = pathname.replace(/\/+$/, '');
  const address = /^\/(?!\/)/.test(next) ? `${endpoint}${next}` : next;
  const to = URL.canParse(address) ? new URL(address) : undefined;
  const isBelow = to?.origin === origin && to.pathname.startsWith(`${root}/`);
  if (to !== undefined && isBelow && to.username + to.password === '')
    return `${to.pathname.slice(root.length)}${to.search}`;
  throw strange(
    service,
    `says that a list goes on at ${session.redact(shownAddress(next))}, which is not below ${endpoint}; Kiln asks for nothing elsewhere`,
  );
}

export function endlessList(service: ServiceType, pages: number): PublishError {
  return strange(service, `gives a list without end: it goes on after ${pages} pages`);
}

function strange(service: ServiceType, words: string): PublishError {
  return new PublishError(
    'publish.service',
    `${SERVICE_NAMES[service]} ${words}. Check what stands between it and Kiln, such as a proxy.`,
    { details: { service, retry: false } },
  );
}
