import { randomUUID } from 'node:crypto';
import { digestFile } from '../../foundation/digest-file.ts';
import { PublishError } from '../../foundation/errors.ts';
import { contentMark, MARK_PROPERTY } from './content-mark.ts';
import type { FileContent } from './file-content.ts';
import { type GlanceImage, glanceApi, type PatchOperation } from './glance-api.ts';
import { missingChanges } from './image-changes.ts';
import { namesakes } from './namesakes.ts';
import type { PlaceOptions } from './place-image.ts';
import { isFree, isUnjudged } from './unfinished.ts';
import { hasContent, isKnown, type KnownImage, type WantedImage } from './wanted-image.ts';

type Around = {
  /** Of that name, shown and hidden. */
  readonly sameName: readonly GlanceImage[];
  /** The project that images belong to; undefined without Keystone. */
  readonly owner: string | undefined;
};

/** The content is there; what its description lacks. */
export type TherePlan = Around & {
  readonly kind: 'there';
  readonly wanted: KnownImage;
  readonly image: GlanceImage;
  readonly changes: readonly PatchOperation[];
};

export type SendingPlan = Around & {
  readonly kind: 'send';
  readonly wanted: WantedImage;
  /** Of the image that will be there: a new one, or the one that an ended run has filled. */
  readonly id: string;
  /** Until it is whole: two images of one name would be ambiguous for as long as the upload takes. */
  readonly name: string;
  readonly mark: string;
  /** Has all of the content, and lacks only its description. */
  readonly begun: GlanceImage | undefined;
  /** What ended publications left of this content: of no use to anybody. */
  readonly leftovers: readonly GlanceImage[];
  /** Begun with this content where nobody here can tell whether it is still being sent. */
  readonly unjudged: readonly GlanceImage[];
  /** Whether it takes the place of others. */
  readonly replaces: boolean;
};

/** What has to be done for Glance to hold an image as wanted, found out without changing anything. */
export type ImagePlan = TherePlan | SendingPlan;

/** The image's id when the plan is carried out; one that breaks in the middle may be sent once more under another. */
export const plannedId = (plan: ImagePlan): string => (plan.kind === 'there' ? plan.image.id : plan.id);

/**
 * Looks what Glance has of an image: it is there, was begun, or has to be sent. The file is summed beforehand only where something in Glance
 * might be its content.
 * @throws PublishError `publish.name-taken` …
 */
export async function planImage(
  given: WantedImage,
  content: FileContent,
  options: Pick<PlaceOptions, 'session' | 'signal' | 'way' | 'replace'>,
): Promise<ImagePlan> {
  const { session, signal } = options;
  const glance = glanceApi(session, signal);
  const owner = (await session.whoAmI(signal))?.project?.id;
  const ours = owner === undefined ? {} : { owner };
  const mark = await contentMark(content);
  const [marked, sameName] = await Promise.all([
    glance.list({ [MARK_PROPERTY]: mark, ...ours }),
    namesakes(glance, given.name, owner, session.publisher),
  ]);
  const free = marked.filter(
    (image) => image.disk_format === given.diskFormat && isFree(image, session.publisher),
  );
  const isNew = free.length === 0 && sameName.length === 0;
  // What Glance fetches by itself is not read here on its way.
  const wanted = isNew && options.way.kind !== 'web-download' ? given : await known(given, content, signal);
  const around = { sameName, owner };
  if (isKnown(wanted)) {
    const image = sameName.find((one) => one.status === 'active' && hasContent(one, wanted));
    if (image !== undefined)
      return { ...around, kind: 'there', wanted, image, changes: missingChanges(image, wanted, 'there') };
  }
  const inTheWay = sameName.filter((image) => image.status === 'active' && !image.os_hidden);
  if (inTheWay.length > 0 && options.replace === undefined) throw nameTaken(wanted.name, inTheWay);
  const begun = free.find(
    (image) => image.status === 'active' && isKnown(wanted) && hasContent(image, wanted),
  );
  const replaces = inTheWay.length > 0;
  const name = replaces ? `${wanted.name} (being published)` : wanted.name;
  return {
    ...{ ...around, kind: 'send', wanted, id: begun?.id ?? randomUUID(), name, mark, begun, replaces },
    leftovers: free.filter(({ status }) => status !== 'active'),
    unjudged: marked.filter(isUnjudged),
  };
}

async function known(wanted: WantedImage, { path }: FileContent, signal: AbortSignal): Promise<KnownImage> {
  return { ...wanted, sha512: wanted.sha512 ?? (await digestFile(path, 'sha512', signal)) };
}

function nameTaken(name: string, images: readonly GlanceImage[]): PublishError {
  return new PublishError(
    'publish.name-taken',
    `Glance has another image called "${name}" (${images.map(({ id }) => id).join(', ')}). Use --replace to put the new one in its place, or --name for another name.`,
    { details: { name, ids: images.map(({ id }) => id) } },
  );
}
