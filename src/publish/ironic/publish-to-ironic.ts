import { SpecError } from '../../foundation/errors.ts';
import { unlessUntold } from '../assert-offered.ts';
import { glanceApi } from '../glance/glance-api.ts';
import { glanceSettings } from '../glance/glance-settings.ts';
import type { Placed } from '../glance/place-image.ts';
import { sentImages, sentTakenBack } from '../glance/take-back-sent.ts';
import { CONTENT_PROPERTY } from '../glance/wanted-image.ts';
import type { ImageSource } from '../image-source.ts';
import { namesOrphan, naming } from '../openstack/after-clean-up.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { hasKeystone } from '../openstack/cloud-settings.ts';
import { openCloud } from '../openstack/open-cloud.ts';
import type { Publication, PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { summed } from '../summed-source.ts';
import { targetValues } from '../target-values.ts';
import { chooseNode } from './choose-node.ts';
import { type ImageReference, instanceInfo } from './instance-info.ts';
import { ironicApi, type Node } from './ironic-api.ts';
import { nodeCommand } from './node-command.ts';
import { rootGb, throughGlance } from './node-image.ts';
import { plannedNode } from './planned-node.ts';
import { assertReady, pointNode } from './point-node.ts';

/**
 * Points a node at the image, checks that it could be deployed, and deploys it where asked for. The image is in Glance, put there when
 * needed, or at an address.
 * @throws PublishError `publish.node-not-ready`, `publish.node-invalid`, `publish.deploy-failed` …
 */
export async function publishToIronic(
  source: ImageSource,
  target: PublishTarget,
  context: PublishContext,
): Promise<Publication> {
  const session = await openCloud(glanceSettings(target, 'ironic'), context);
  try {
    const values = targetValues(target);
    const isGiven = (values.text('url') ?? values.text('image')) !== undefined;
    if (!isGiven) requireGlance(session);
    const ironic = await ironicApi(session, context.signal);
    const node = await chooseNode(ironic, {
      node: values.text('node'),
      resourceClass: values.text('resource-class'),
    });
    const given = await referenceGiven(source, target, context);
    if (context.dryRun) return await plannedNode(node, given, source, target, session, context);
    if (given === undefined) await assertTakes(node, source, target, session, context);
    const { reference, sent, notes } =
      given === undefined
        ? await throughGlance(source, target, session, context)
        : { reference: given, sent: [], notes: [] };
    const deploys = targetValues(target).flag('deploy');
    const pointed = await pointNode(node, instanceInfo(source, reference), {
      ironic,
      session,
      context,
      deploys,
    }).catch(async (error: unknown) => {
      throw await withoutSent(error, sent, session, context);
    });
    const done = await published(pointed.node, pointed.action, target, session, context);
    return { ...done, notes: [...done.notes, ...notes] };
  } finally {
    await session.close();
  }
}

/**
 * Before an image is sent for nothing: only a node that is ready takes one, and one that runs this very image may stay as it is.
 * @throws PublishError `publish.node-not-ready`
 */
async function assertTakes(
  node: Node,
  source: ImageSource,
  target: PublishTarget,
  session: CloudSession,
  { signal }: PublishContext,
): Promise<void> {
  const { image_source: id } = node.instance_info;
  const isActive = node.provision_state === 'active' && typeof id === 'string';
  // A partition image is known only when it has been taken out of the disk.
  if (isActive && targetValues(target).flag('partition-image')) return;
  if (isActive) {
    const image = await glanceApi(session, signal).get(id).catch(unlessUntold);
    const { sha512 } = await summed(source, signal);
    if (image !== undefined && [image.os_hash_value, image[CONTENT_PROPERTY]].includes(sha512)) return;
  }
  assertReady(node, session.cloud);
}

/** @throws SpecError `options.invalid` */
function requireGlance({ cloud }: CloudSession): void {
  if (hasKeystone(cloud.login)) return;
  throw new SpecError(
    'options.invalid',
    `Cloud ${cloud.name} is an Ironic without Glance; say with --url where the image can be fetched.`,
  );
}

/** Set when the image need not be sent. */
async function referenceGiven(
  source: ImageSource,
  target: PublishTarget,
  { signal }: PublishContext,
): Promise<ImageReference | undefined> {
  const values = targetValues(target);
  const url = values.text('url');
  if (url !== undefined) {
    const { sha512 } = await summed(source, signal);
    return { source: url, sha512, ...rootGb(target) };
  }
  const image = values.text('image');
  return image === undefined ? undefined : { source: image, ...rootGb(target) };
}

/** The images go with the node's use of them; what has another's name now, or what the node still has, stays and is named. */
async function withoutSent(
  error: unknown,
  sent: readonly Placed[],
  session: CloudSession,
  context: PublishContext,
): Promise<unknown> {
  const hasReplaced = sent.some(({ action }) => action === 'replaced');
  if (!namesOrphan(error) && !hasReplaced) return sentTakenBack(error, sent, session, context);
  const there = sentImages(sent, session);
  if (there === undefined) return error;
  const { what, command, id } = there;
  const sentence = (why: string): string =>
    `${what} stays in Glance, since ${why}; \`${command}\` removes it.`;
  if (!namesOrphan(error)) return naming(error, there, sentence('it has replaced an older image'));
  const both = {
    what,
    id: `${error.details.orphan}, ${id}`,
    command: `${error.details.cleanUp} && ${command}`,
  };
  return naming(error, both, sentence('the node may still use it'));
}

async function published(
  node: Node,
  action: Publication['action'],
  target: PublishTarget,
  session: CloudSession,
  { signal }: PublishContext,
): Promise<Publication> {
  const name = node.name ?? node.uuid;
  const { name: cloud } = session.cloud;
  const next = node.provision_state === 'active' ? 'show' : 'deploy';
  return {
    target: 'ironic',
    where: cloud,
    action,
    name,
    id: node.uuid,
    url: `${await session.endpoint('baremetal', signal)}/v1/nodes/${node.uuid}`,
    notes: [
      `state: ${node.provision_state}`,
      `image: ${String(node.instance_info.image_source ?? targetValues(target).text('url') ?? '')}`,
    ],
    commands: [nodeCommand(session.cloud, next, name)],
  };
}
