import { quoteCommand } from '../../process/run-command.ts';
import { clientCommand } from '../openstack/client-command.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { Publication, PublishContext } from '../publication.ts';
import { checkGlance } from './check-glance.ts';
import type { FileContent } from './file-content.ts';
import { type GlanceApi, glanceApi } from './glance-api.ts';
import { changeNotes } from './image-changes.ts';
import { type ClientWords, imageCommands, retireCommand } from './image-commands.ts';
import { publishedImage } from './image-publication.ts';
import { missingMembers } from './make-image.ts';
import { type ImagePlan, plannedId, type SendingPlan } from './plan-image.ts';
import type { GlanceSettings } from './publish-to-glance.ts';
import { unjudgedNote } from './remove-leftovers.ts';
import { planRetirement, type RetireStep, retireWords } from './retire-older.ts';
import { planSending } from './send-image.ts';
import type { KnownImage } from './wanted-image.ts';

/** What a dry run found out of one image. */
export type PlannedImage = {
  readonly plan: ImagePlan;
  /** Where there is nothing to do. */
  readonly isDone: boolean;
  readonly id: string;
  /** Older images that would be gone. */
  readonly gone: readonly string[];
  readonly notes: readonly string[];
  readonly commands: readonly string[];
  /** What comes when the image is in place. */
  readonly retireCommands: readonly string[];
};

/**
 * Looks at Glance as a publication does, and says what that would do.
 * @throws what the publication throws before it changes anything
 */
export async function plannedImage(
  wanted: KnownImage,
  file: FileContent,
  settings: GlanceSettings,
  session: CloudSession,
  context: PublishContext,
): Promise<PlannedImage> {
  const plan = await planSending(wanted, file, settings, session, context);
  await assertCreatable(plan, settings, session, context);
  return describePlan(plan, wanted, file.path, settings, session, context);
}

/** @throws PublishError `publish.forbidden`, `publish.quota` */
export async function assertCreatable(
  plan: ImagePlan,
  { way, store }: GlanceSettings,
  session: CloudSession,
  { signal }: PublishContext,
): Promise<void> {
  if (plan.kind === 'there' || plan.begun !== undefined) return;
  const { visibility, size: imageBytes } = plan.wanted;
  const wishes = { visibility, way, ...(store === undefined ? {} : { store }) };
  await checkGlance(session, { images: 1, imageBytes, volumes: 0, snapshots: 0, ...wishes }, signal);
}

/**
 * What a plan would do, in words and commands.
 * @param path as it is to be shown
 * @param gone images that will not be there any more by then
 */
export async function describePlan(
  plan: ImagePlan,
  wanted: KnownImage,
  path: string,
  settings: GlanceSettings,
  session: CloudSession,
  context: PublishContext,
  gone: readonly string[] = [],
): Promise<PlannedImage> {
  const glance = glanceApi(session, context.signal);
  const heir = { id: plannedId(plan), name: wanted.name, owner: plan.owner ?? null };
  const retire = await planRetirement(
    { glance, session, signal: context.signal },
    heir,
    plan.sameName,
    settings.replace,
    gone,
  );
  const members = await membersLacking(glance, plan, wanted);
  const { way, store } = settings;
  // Glance's own client knows no clouds.yaml.
  const client: ClientWords = (program, ...words) =>
    program === 'glance' ? quoteCommand(program, words) : clientCommand(program, session.cloud, ...words);
  const commands = imageCommands(plan, wanted, { path, way, store, members, client });
  const retireCommands = retire.flatMap((step) => retireCommand(step, client));
  return {
    plan,
    isDone: plan.kind === 'there' && commands.length + retireCommands.length === 0,
    id: heir.id,
    gone: retire.filter(({ deletes }) => deletes).map(({ image }) => image.id),
    notes: [
      ...planNotes(plan, members, retire, session),
      ...(commands.some((command) => command.startsWith('glance ')) ? [GLANCE_LOGIN] : []),
    ],
    commands,
    retireCommands,
  };
}

const GLANCE_LOGIN = 'the glance client takes its login from OS_* variables alone';

/** One that is not shared has no members, and Glance refuses to list them. */
async function membersLacking(
  glance: GlanceApi,
  plan: ImagePlan,
  { members }: KnownImage,
): Promise<readonly string[]> {
  if (plan.kind !== 'there' || plan.image.visibility !== 'shared') return members;
  return missingMembers(glance, plan.image.id, members);
}

function begunNotes({ begun, leftovers, unjudged }: SendingPlan, session: CloudSession): readonly string[] {
  return [
    ...(begun === undefined
      ? []
      : [`image ${begun.id}, which an earlier publication began, would be taken over`]),
    ...leftovers.map(({ id }) => `image ${id}, which an earlier publication began, would be removed`),
    ...unjudged.map((image) => unjudgedNote(image, session.cloud)),
  ];
}

function planNotes(
  plan: ImagePlan,
  members: readonly string[],
  retire: readonly RetireStep[],
  session: CloudSession,
): readonly string[] {
  const { kind } = plan;
  const found =
    kind === 'there'
      ? [`there already: image ${plan.image.id}`, ...changeNotes(plan.image, plan.changes)]
      : begunNotes(plan, session);
  return [
    ...found,
    ...members.map((project) => `would be shared with ${project}`),
    ...retire.map((step) => `older image ${step.image.id}: would be ${retireWords(step)}`),
  ];
}

/** The same as a publication that was not done. */
export async function plannedPublication(
  planned: PlannedImage,
  aboutFile: string,
  settings: GlanceSettings,
  session: CloudSession,
): Promise<Publication> {
  const { plan, isDone, notes, commands, retireCommands } = planned;
  if (plan.kind === 'there' && isDone) {
    const { image, wanted } = plan;
    const placed = { image, sha512: wanted.sha512, action: 'unchanged', changes: [], retired: [] } as const;
    return publishedImage(placed, session, settings);
  }
  return {
    target: 'glance',
    where: session.cloud.name,
    action: 'planned',
    name: plan.wanted.name,
    ...(plan.kind === 'there' ? { id: plan.image.id } : {}),
    notes: [aboutFile, ...notes],
    commands: [...commands, ...retireCommands],
  };
}
