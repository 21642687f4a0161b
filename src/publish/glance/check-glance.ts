import { PublishError } from '../../foundation/errors.ts';
import { assertOffered, readerNotes, unlessUntold } from '../assert-offered.ts';
import type { Demand } from '../demand.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { mayTryAgain, statusOf } from '../openstack/service-error.ts';
import { assertRoom, type Quota, quotaNotes } from '../quota.ts';
import { type GlanceApi, type GlanceImage, glanceApi } from './glance-api.ts';
import type { Visibility } from './glance-settings.ts';
import type { Way } from './upload-image.ts';

const MIB = 2 ** 20;

/**
 * Whether Glance would take the images: store and import method, quota, and the right to create them. Nothing is changed.
 * @returns what is worth knowing, one line each
 * @throws PublishError `publish.not-offered`, `publish.quota`, `publish.forbidden` …
 */
export async function checkGlance(
  session: CloudSession,
  demand: Demand,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const glance = glanceApi(session, signal);
  const seen = await glance.any();
  const { store, way = { kind: 'upload' } } = demand;
  await assertChoices(glance, { store, way });
  // Older services, and those without several stores or limits, do not know these.
  const [stores, methods, usage] = await Promise.all([
    glance.stores().catch(unlessUntold),
    glance.importMethods().catch(unlessUntold),
    glance.usage().catch(unlessUntold),
  ]);
  const quotas = Object.entries(usage ?? {}).map(([resource, { usage: used, limit }]) =>
    glanceQuota(resource, used, limit, demand),
  );
  assertRoom('Glance', quotas);
  return [
    ...(stores ? [`stores: ${stores.join(', ')}`] : []),
    ...(methods ? [`import methods: ${methods.join(', ')}`] : []),
    ...quotaNotes(quotas),
    ...(demand.visibility === undefined
      ? []
      : await rightNotes(glance, session, demand.visibility, seen, signal)),
  ];
}

/** A store or import method that is not there is said before anything is sent. @throws PublishError `publish.not-offered` */
export async function assertChoices(
  glance: GlanceApi,
  { store, way }: { readonly store?: string | undefined; readonly way: Way },
): Promise<void> {
  if (store !== undefined)
    assertOffered('Glance', 'store', store, await glance.stores().catch(withoutStores));
  if (way.kind !== 'upload') assertOffered('Glance', 'import method', way.kind, await glance.importMethods());
}

/** A Glance with a single store does not know the question. */
function withoutStores(error: unknown): never {
  if (statusOf(error) !== 404) throw error;
  throw new PublishError(
    'publish.not-offered',
    'Glance has one store alone, so none can be chosen; leave out --store.',
    { cause: error },
  );
}

/** Glance's registered limits: sizes are in MiB (Glance, "Using Unified Limits"). */
function glanceQuota(resource: string, used: number, limit: number, demand: Demand): Quota {
  const { images, imageBytes = 0 } = demand;
  if (resource === 'image_size_total') {
    return { resource, used, limit, wanted: Math.ceil(imageBytes / MIB), unitBytes: MIB };
  }
  if (resource === 'image_count_total') return { resource, used, limit, wanted: images };
  if (resource === 'image_count_uploading') return { resource, used, limit, wanted: Math.min(images, 1) };
  return { resource, used, limit, wanted: 0, ...(/size|stage/.test(resource) ? { unitBytes: MIB } : {}) };
}

/**
 * Glance has no call that tells a right. But it looks at the rights before it looks whether an image's id is free (glance, `images.py`,
 * `create`), and ids are never given twice: a request for one that is taken ends with 403 or 409, and makes nothing either way.
 */
async function rightNotes(
  glance: GlanceApi,
  session: CloudSession,
  visibility: Visibility,
  seen: GlanceImage | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  if (seen === undefined) {
    const why = 'whether images may be created is not known: Glance shows this user none to ask with';
    return [why, ...(await readerNotes(session, signal))];
  }
  const refusal = await glance.create({ id: seen.id, visibility }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (statusOf(refusal) === 403) {
    const { words } = (refusal as PublishError).details;
    throw new PublishError(
      'publish.forbidden',
      `Glance does not let this user create an image that is ${visibility}: ${String(words)} Ask for the right, or publish with another visibility, cloud or project.`,
      { cause: refusal, details: { status: 403, visibility, retry: false } },
    );
  }
  // Whatever is no answer about this request: a connection that broke, a service that failed, Ctrl-C.
  if (refusal !== undefined && (mayTryAgain(refusal) || statusOf(refusal) === undefined)) throw refusal;
  return statusOf(refusal) === 409 ? [`images that are ${visibility} may be created`] : [];
}
