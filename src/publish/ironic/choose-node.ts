import { PublishError, SpecError } from '../../foundation/errors.ts';
import type { IronicApi, Node } from './ironic-api.ts';

/** @throws SpecError `options.invalid`; PublishError `publish.not-found`, `publish.node-not-ready` when none of the class is free */
export async function chooseNode(
  ironic: IronicApi,
  {
    node: name,
    resourceClass,
  }: { readonly node?: string | undefined; readonly resourceClass?: string | undefined },
): Promise<Node> {
  if (name !== undefined) return ironic.node(name);
  if (resourceClass === undefined) throw noNode();
  const [node] = await ironic.available(resourceClass);
  if (node !== undefined) return node;
  throw new PublishError(
    'publish.node-not-ready',
    `Ironic has no available node of class "${resourceClass}". Provide one, or choose a node with --node.`,
    {
      details: { resourceClass },
    },
  );
}

export function noNode(): SpecError {
  return new SpecError(
    'options.invalid',
    'Ironic needs a node; name it with --node, or any free one of a class with --resource-class.',
  );
}
