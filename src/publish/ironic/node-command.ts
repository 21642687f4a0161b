import { clientCommand } from '../openstack/client-command.ts';
import { type CloudSettings, hasKeystone } from '../openstack/cloud-settings.ts';
import { type InstanceInfo, instanceInfoArguments } from './instance-info.ts';
import type { Node } from './ironic-api.ts';

/**
 * A command for a node. The baremetal client takes a cloud of clouds.yaml without `auth_type` for one without Keystone (python-ironicclient,
 * shell.py, DEFAULTS), and openstack's, which does not, needs Keystone.
 */
export function nodeCommand(cloud: CloudSettings, ...words: readonly string[]): string {
  return hasKeystone(cloud.login)
    ? clientCommand('openstack', cloud, 'baremetal', 'node', ...words)
    : clientCommand('baremetal', cloud, 'node', ...words);
}

/**
 * The commands that make a node again what it was before it was given an image.
 * @param wasAsked whether a deployment may have begun; its end clears `instance_info` (Ironic, conductor, `_do_node_tear_down`)
 */
export function restoreCommand(
  before: Node,
  info: InstanceInfo,
  wasAsked: boolean,
  cloud: CloudSettings,
): string {
  const { uuid, instance_info: old } = before;
  const set = Object.keys(old).length === 0 ? [] : [['set', uuid, ...instanceInfoArguments(old)]];
  const added = Object.keys(info).filter((key) => !(key in old));
  const unset =
    added.length === 0 ? [] : [['unset', uuid, ...added.flatMap((key) => ['--instance-info', key])]];
  const undeploy = ['undeploy', uuid, ...(set.length === 0 ? [] : ['--wait'])];
  const steps = wasAsked ? [undeploy, ...set] : [...unset, ...set];
  return steps.map((words) => nodeCommand(cloud, ...words)).join(' && ');
}
