import { PublishError } from '../foundation/errors.ts';
import { checkCinder } from './cinder/check-cinder.ts';
import type { Demand } from './demand.ts';
import { checkGlance } from './glance/check-glance.ts';
import { checkIronic } from './ironic/check-ironic.ts';
import { SERVICE_NAMES, type ServiceType } from './openstack/catalog.ts';
import type { CloudSession } from './openstack/cloud-session.ts';
import { hasKeystone } from './openstack/cloud-settings.ts';
import type { CloudChoice } from './openstack/find-cloud.ts';
import { type CloudContext, openCloud } from './openstack/open-cloud.ts';

/** What a cloud says about itself and its user before anything is sent. Plain JSON, without secrets. */
export type CloudReport = {
  readonly cloud: string;
  readonly origin: string;
  readonly user?: string;
  readonly project?: string;
  readonly roles: readonly string[];
  readonly services: readonly {
    readonly service: string;
    readonly url: string;
    /** Stores, import methods, quotas and rights, one line each. */
    readonly notes: readonly string[];
  }[];
};

/** What was found, and which services failed or would refuse what is wanted. */
export type CloudSurvey = {
  readonly report: CloudReport;
  readonly failures: readonly { readonly service: string; readonly error: PublishError }[];
};

/** As `surveyCloud`. @throws PublishError of the first service that failed or would refuse */
export async function checkCloud(...asked: Parameters<typeof surveyCloud>): Promise<CloudReport> {
  const { report, failures } = await surveyCloud(...asked);
  if (failures[0] !== undefined) throw failures[0].error;
  return report;
}

/**
 * Logs in and asks every needed service something harmless, so that a wrong password, a missing endpoint, right, store, volume type or node,
 * or an exhausted quota shows before an image is built. Cinder and Ironic tell a user's rights only when something is made or set.
 * @param services undefined: Glance, or what a cloud without Keystone is
 * @param demand what is going to be published; without it only quotas that are used up already are refused
 * @throws PublishError where nobody is let in
 */
export async function surveyCloud(
  choice: CloudChoice,
  services: readonly ServiceType[] | undefined,
  context: CloudContext & { readonly signal?: AbortSignal },
  demand: Demand = NOTHING,
): Promise<CloudSurvey> {
  const session = await openCloud(choice, context);
  try {
    const who = await session.whoAmI(context.signal);
    const found: CloudReport['services'][number][] = [];
    const failures: CloudSurvey['failures'][number][] = [];
    for (const type of services ?? usualServices(session)) {
      const service = SERVICE_NAMES[type];
      try {
        const notes = await ASK[type](session, demand, context.signal);
        found.push({ service, url: await session.endpoint(type, context.signal), notes });
      } catch (error) {
        if (!(error instanceof PublishError)) throw error;
        failures.push({ service, error });
      }
    }
    const report = {
      cloud: session.cloud.name,
      origin: session.cloud.origin,
      ...(who === undefined ? {} : { user: who.user.name }),
      ...(who?.project === undefined ? {} : { project: who.project.name }),
      roles: who?.roles.map(({ name }) => name) ?? [],
      services: found,
    };
    return { report, failures };
  } finally {
    await session.close();
  }
}

/** A service without Keystone is an Ironic that stands alone, unless its settings name others. */
function usualServices({ cloud: { login, endpointOverrides } }: CloudSession): readonly ServiceType[] {
  if (hasKeystone(login)) return ['image'];
  return endpointOverrides.image === undefined ? ['baremetal'] : ['baremetal', 'image'];
}

const NOTHING: Demand = { images: 0, visibility: 'private', volumes: 0, snapshots: 0 };

type Ask = (
  session: CloudSession,
  demand: Demand,
  signal: AbortSignal | undefined,
) => Promise<readonly string[]>;

const ASK: Readonly<Record<ServiceType, Ask>> = {
  image: checkGlance,
  'block-storage': checkCinder,
  baremetal: checkIronic,
  compute: async (session) => {
    await session.request('compute', { method: 'GET', path: '/servers?limit=1' });
    return [];
  },
};
