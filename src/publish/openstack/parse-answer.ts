import type { z } from 'zod';
import { PublishError } from '../../foundation/errors.ts';
import { overrideOf, SERVICE_NAMES, type ServiceType } from './catalog.ts';
import type { CloudSession, ServiceAnswer } from './cloud-session.ts';
import { hasKeystone, settingName } from './cloud-settings.ts';
import { statusOf } from './service-error.ts';

/**
 * What every service of that kind answers: one that does not know the request is another.
 * @throws PublishError `publish.service`
 */
export async function orUnlike<T>(
  session: CloudSession,
  service: ServiceType,
  answer: Promise<T>,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    const { name, login } = session.cloud;
    const advice =
      !hasKeystone(login) && service !== 'baremetal'
        ? `Cloud ${name} has no Keystone, so it is taken for an Ironic that stands alone`
        : 'Check the address';
    throw new PublishError(
      'publish.service',
      `${await session.endpoint(service)} does not answer like ${SERVICE_NAMES[service]} (404). ${advice}; ${settingName(session.cloud, overrideOf(service))} says where it is otherwise.`,
      { cause: error, details: { service, retry: false } },
    );
  }
}

/** @throws PublishError `publish.service` when a service answers with something else than its API says */
export function parseAnswer<Out>(
  service: 'Glance' | 'Cinder' | 'Ironic' | 'Nova',
  what: string,
  schema: z.ZodType<Out>,
  json: unknown,
): Out {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new PublishError(
    'publish.service',
    json === undefined
      ? `${service} should have answered with ${article(what)} ${what}, and what came is no JSON. Is that endpoint ${service}'s?`
      : `${service} answered with ${article(what)} ${what} in a form Kiln does not know (${problems(result.error)}). Is that endpoint ${service}'s?`,
    { cause: result.error },
  );
}

/**
 * What is done has no content, so a page says that something else has answered.
 * @throws PublishError `publish.service`
 */
export function assertDone(service: ServiceType, what: string, { status, text }: ServiceAnswer): void {
  if (text.trim() === '') return;
  const name = SERVICE_NAMES[service];
  throw new PublishError(
    'publish.service',
    `What came when ${name} was to ${what} is not its answer: ${status} with content, and ${name} sends none. Check what stands between it and Kiln, such as a proxy.`,
    { details: { service, retry: false } },
  );
}

const article = (what: string): string => (/^[aeiou]/.test(what) ? 'an' : 'a');

const MOST_TOLD = 3;

/** On one line: `images.0.id: expected string, received undefined`. */
function problems({ issues }: z.ZodError): string {
  const told = issues
    .slice(0, MOST_TOLD)
    .map(
      ({ path, message }) =>
        [...path.map(String), ''].join('.').replace(/\.$/, ': ') + message.replace(/^Invalid input: /, ''),
    );
  return [...told, ...(issues.length > MOST_TOLD ? [`${issues.length - MOST_TOLD} more`] : [])].join('; ');
}
