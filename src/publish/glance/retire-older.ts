import { statusOf } from '../openstack/service-error.ts';
import type { GlanceApi, GlanceImage, PatchOperation } from './glance-api.ts';
import type { RetirePolicy } from './glance-settings.ts';
import { type UserSearch, userOf } from './image-users.ts';

type Retired = { readonly id: string; readonly what: string };

/** The image that gets the name: one that is there, or will be. */
export type Heir = Pick<GlanceImage, 'id' | 'name' | 'owner'>;

/** What is done with one older image. */
export type RetireStep = {
  readonly image: GlanceImage;
  readonly deletes: boolean;
  /** Its new name, when it gets one. */
  readonly name?: string;
  readonly hides: boolean;
  /** Why it is not deleted although that was wanted. */
  readonly why?: string;
};

/** Takes the name from older images once the new one is in place. */
export async function retireOlder(
  search: UserSearch,
  current: Heir,
  namesakes: readonly GlanceImage[],
  policy: RetirePolicy | undefined,
): Promise<readonly Retired[]> {
  const retired: Retired[] = [];
  for (const step of await planRetirement(search, current, namesakes, policy)) {
    const done = await retire(search.glance, step);
    retired.push({ id: step.image.id, what: retireWords(done) });
  }
  return retired;
}

/**
 * What becomes of older images, found out without changing anything. Deleted is only what nobody uses: no server was made from it, no volume,
 * no other image names it; in doubt it is renamed instead.
 * @param gone images that will not be there any more by then, and so use nothing
 */
export async function planRetirement(
  search: UserSearch,
  current: Heir,
  namesakes: readonly GlanceImage[],
  policy: RetirePolicy | undefined,
  gone: readonly string[] = [],
): Promise<readonly RetireStep[]> {
  if (policy === undefined) return [];
  const older = await withEarlierOnes(search.glance, current, namesakes, policy);
  const steps: RetireStep[] = [];
  for (const [index, image] of older.entries()) {
    const isToGo = policy.action === 'delete' && index >= policy.keep;
    const why = isToGo
      ? image.protected
        ? 'it is protected'
        : await userOf(image.id, search, gone)
      : undefined;
    if (isToGo && why === undefined) steps.push({ image, deletes: true, hides: false });
    else {
      const aside = putAside(image, policy.action === 'hide', why);
      if (aside.name !== undefined || aside.hides || why !== undefined) steps.push(aside);
    }
  }
  return steps;
}

/** `deleted`, `renamed to "…"`, with the reason where it is not what was wanted. */
export function retireWords({ deletes, name, hides, why, image }: RetireStep): string {
  if (deletes) return 'deleted';
  const what = hides
    ? `hidden as "${name ?? image.name}"`
    : name === undefined
      ? 'left as it is'
      : `renamed to "${name}"`;
  return why === undefined ? what : `${what}, not deleted: ${why}`;
}

const SUFFIX = / \(\d{4}-\d\d-\d\dT[\d:]+Z\)$/;

/** Those that an earlier rotation renamed count for `keep` as well, whether it hid them or not. Newest first. */
async function withEarlierOnes(
  glance: GlanceApi,
  current: Heir,
  namesakes: readonly GlanceImage[],
  { action }: RetirePolicy,
): Promise<readonly GlanceImage[]> {
  const fresh = namesakes.filter(({ id, status }) => id !== current.id && status === 'active');
  if (action !== 'delete' || current.owner === null) return fresh;
  const ours = { owner: current.owner, status: 'active' };
  // Glance lists hidden images only when asked for them alone.
  const all = [...(await glance.list(ours)), ...(await glance.list({ ...ours, os_hidden: 'true' }))];
  const renamed = all.filter(
    ({ name }) => name !== null && SUFFIX.test(name) && name.replace(SUFFIX, '') === current.name,
  );
  return [...fresh, ...renamed].toSorted((a, b) => b.created_at.localeCompare(a.created_at));
}

function putAside(image: GlanceImage, hide: boolean, why?: string): RetireStep {
  const isRenamed = SUFFIX.test(image.name ?? '');
  return {
    image,
    deletes: false,
    ...(isRenamed ? {} : { name: `${image.name} (${image.created_at})` }),
    hides: hide && !image.os_hidden,
    ...(why === undefined ? {} : { why }),
  };
}

/** The changes of an image that is not deleted. */
export function asideChanges({ name, hides }: RetireStep): readonly PatchOperation[] {
  return [
    ...(name === undefined ? [] : [{ op: 'replace', path: '/name', value: name } as const]),
    ...(hides ? [{ op: 'replace', path: '/os_hidden', value: true } as const] : []),
  ];
}

/** @returns what was done: Glance may refuse to delete an image that is in use, and one that is gone already is as good as deleted */
async function retire(glance: GlanceApi, step: RetireStep): Promise<RetireStep> {
  const { image, deletes } = step;
  const changes = asideChanges(step);
  try {
    if (deletes) await glance.remove(image.id);
    else if (changes.length > 0) await glance.patch(image.id, changes);
    return step;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { image, deletes: true, hides: false };
    if (!deletes || (status !== 409 && status !== 403)) throw error;
    return retire(glance, putAside(image, false, 'Glance says it is in use'));
  }
}
