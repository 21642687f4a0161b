import { z } from 'zod';
import { PublishError } from '../../foundation/errors.ts';
import { type CloudSettings, settingName } from './cloud-settings.ts';
import { addressProblem, shownAddress } from './http-address.ts';

export const SERVICES = ['image', 'block-storage', 'baremetal', 'compute'] as const;
export type ServiceType = (typeof SERVICES)[number];

export const SERVICE_NAMES: Readonly<Record<ServiceType, string>> = {
  image: 'Glance',
  'block-storage': 'Cinder',
  baremetal: 'Ironic',
  compute: 'Nova',
};

/** Official type first, then the aliases of the service types authority. */
const TYPES: Readonly<Record<ServiceType, readonly string[]>> = {
  image: ['image'],
  'block-storage': ['block-storage', 'block-store', 'volumev3', 'volume'],
  baremetal: ['baremetal', 'bare-metal'],
  compute: ['compute'],
};

export const tokenSchema = z.object({
  token: z.object({
    expires_at: z.iso.datetime({ offset: true }),
    user: z.object({ id: z.string(), name: z.string() }),
    project: z.object({ id: z.string(), name: z.string() }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z
            .array(
              z.object({
                interface: z.string(),
                region_id: z.string().nullish(),
                region: z.string().nullish(),
                url: z.string(),
              }),
            )
            .default([]),
        }),
      )
      .default([]),
  }),
});

export type TokenBody = z.infer<typeof tokenSchema>['token'];

/**
 * Where a service is, without its version: an override the user set, else the catalog's endpoint of the wanted region and interface.
 * @throws PublishError `publish.no-service`, `publish.credentials`
 */
export function endpointOf(service: ServiceType, cloud: CloudSettings, token: TokenBody | undefined): string {
  const given = givenEndpoint(service, cloud);
  const url = given?.url ?? fromCatalog(service, cloud, token);
  const problem = addressProblem(url);
  if (problem !== undefined) throw noAddress(service, cloud, url, problem, given?.setting);
  return url.replace(/\/+$/, '').replace(VERSION[service], '');
}

/** What the user's settings say, and which of them. */
function givenEndpoint(
  service: ServiceType,
  { endpointOverrides, login }: CloudSettings,
): { readonly url: string; readonly setting: string } | undefined {
  for (const type of TYPES[service].map((word) => word.replaceAll('-', '_'))) {
    const url = endpointOverrides[type];
    if (url) return { url, setting: `${type}_endpoint_override` };
  }
  const single = 'endpoint' in login ? login.endpoint : undefined;
  return single === undefined ? undefined : { url: single, setting: 'endpoint' };
}

function noAddress(
  service: ServiceType,
  cloud: CloudSettings,
  url: string,
  problem: string,
  setting: string | undefined,
): PublishError {
  const name = SERVICE_NAMES[service];
  return new PublishError(
    setting === undefined ? 'publish.no-service' : 'publish.credentials',
    setting === undefined
      ? `Cloud ${cloud.name}: ${shownAddress(url)}, where its catalog says that ${name} is, ${problem}. Have the catalog mended, or set ${settingName(cloud, overrideOf(service))}.`
      : `Cloud ${cloud.name}: ${settingName(cloud, setting)} ${shownAddress(url)}, where ${name} should be, ${problem}. Mend it in ${cloud.origin}.`,
    { details: { cloud: cloud.name, service } },
  );
}

/** Cinder's version is part of an address that ends in the project, so it stays. */
const VERSION: Readonly<Record<ServiceType, RegExp>> = {
  image: /\/v[12](\.\d+)?$/,
  'block-storage': /^$/,
  baremetal: /\/v1$/,
  compute: /^$/,
};

export function offersService(service: ServiceType, { catalog }: TokenBody): boolean {
  return catalog.some(({ type }) => TYPES[service].includes(type));
}

function fromCatalog(service: ServiceType, cloud: CloudSettings, token: TokenBody | undefined): string {
  const catalog = token?.catalog ?? [];
  if (token !== undefined && catalog.length === 0 && token.project === undefined)
    throw unscoped(service, cloud);
  const ofType = TYPES[service].flatMap((type) => catalog.filter((entry) => entry.type === type));
  const endpoints = ofType.flatMap((entry) => entry.endpoints);
  const found = endpoints.find(
    (endpoint) =>
      endpoint.interface === cloud.interface &&
      (cloud.region === undefined || [endpoint.region_id, endpoint.region].includes(cloud.region)),
  );
  if (found) return found.url;
  const there = endpoints.map(
    (endpoint) => `${endpoint.interface} in ${endpoint.region_id ?? endpoint.region}`,
  );
  const wanted = `${cloud.interface}${cloud.region === undefined ? '' : ` in ${cloud.region}`}`;
  const setting = (name: string): string => settingName(cloud, name);
  throw new PublishError(
    'publish.no-service',
    there.length === 0
      ? `Cloud ${cloud.name} offers no ${SERVICE_NAMES[service]} (service type ${service}). Choose another cloud, or set ${setting(overrideOf(service))}.`
      : `Cloud ${cloud.name} has no ${SERVICE_NAMES[service]} endpoint that is ${wanted}; it has ${[...new Set(there)].join(', ')}. Set ${setting('region_name')} or ${setting('interface')}.`,
    { details: { cloud: cloud.name, service } },
  );
}

export const overrideOf = (service: ServiceType): string =>
  `${service.replaceAll('-', '_')}_endpoint_override`;

/** Keystone names services only to those who come for a project, a domain or the system. */
function unscoped(service: ServiceType, cloud: CloudSettings): PublishError {
  const [project, domain] = ['project_name', 'project_domain_name'].map((name) => settingName(cloud, name));
  return new PublishError(
    'publish.no-service',
    `The login of cloud ${cloud.name} is bound to no project, so Keystone does not tell where ${SERVICE_NAMES[service]} is. Name the project with ${project} and ${domain}.`,
    { details: { cloud: cloud.name, service } },
  );
}
