import type { ImageSource } from '../image-source.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { Publication, PublishContext } from '../publication.ts';
import type { PublishTarget } from '../publish-target.ts';
import { targetValues } from '../target-values.ts';
import {
  type ImageReference,
  type InstanceInfo,
  instanceInfo,
  instanceInfoArguments,
} from './instance-info.ts';
import type { Node } from './ironic-api.ts';
import { nodeCommand } from './node-command.ts';
import { plannedThroughGlance } from './node-image.ts';
import { assertReady, isPointed } from './point-node.ts';

/**
 * What pointing a node at an image would do, found out from Glance and Ironic without changing anything.
 * @param given of an image that need not be sent
 * @throws what the publication throws before it changes anything, and PublishError `publish.node-not-ready`
 */
export async function plannedNode(
  node: Node,
  given: ImageReference | undefined,
  source: ImageSource,
  target: PublishTarget,
  session: CloudSession,
  context: PublishContext,
): Promise<Publication> {
  const image = given
    ? { reference: given, isDone: true, notes: [], commands: [] }
    : await plannedThroughGlance(source, target, session, context);
  const info = instanceInfo(source, image.reference);
  const deploys = targetValues(target).flag('deploy');
  const isDone = isPointed(node, info, deploys);
  if (!isDone) assertReady(node, session.cloud);
  const { name: cloud } = session.cloud;
  const name = node.name ?? node.uuid;
  const baremetal = (...words: readonly string[]): string => nodeCommand(session.cloud, ...words);
  return {
    target: 'ironic',
    where: cloud,
    action: isDone && image.isDone ? 'unchanged' : 'planned',
    ...{ name, id: node.uuid },
    notes: [`state: ${node.provision_state}`, `image: ${image.reference.source}`, ...image.notes],
    commands: [...image.commands, ...(isDone ? [] : nodeCommands(node, name, info, deploys, baremetal))],
  };
}

/** All of `instance_info` is replaced, so what stands there otherwise goes. */
function nodeCommands(
  node: Node,
  name: string,
  info: InstanceInfo,
  deploys: boolean,
  baremetal: (...words: readonly string[]) => string,
): readonly string[] {
  const others = Object.keys(node.instance_info).filter((key) => !(key in info));
  const unset = others.flatMap((key) => ['--instance-info', key]);
  return [
    ...(unset.length === 0 ? [] : [baremetal('unset', name, ...unset)]),
    baremetal('set', name, ...instanceInfoArguments(info)),
    baremetal('validate', name),
    ...(deploys ? [baremetal('deploy', name)] : []),
  ];
}
