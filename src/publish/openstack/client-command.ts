import { quoteCommand } from '../../process/run-command.ts';
import type { CloudSettings } from './cloud-settings.ts';

/** What a command calls a cloud. */
export type NamedCloud = Pick<CloudSettings, 'name' | 'fromEnvironment'>;

/**
 * A command of the services' own clients, to be typed where Kiln was called. They know a cloud of clouds.yaml by its name; that of the OS_*
 * variables they find by themselves, as long as none is named.
 */
export function clientCommand(
  client: 'openstack' | 'baremetal',
  { name, fromEnvironment }: NamedCloud,
  ...words: readonly string[]
): string {
  return quoteCommand(client, [...(fromEnvironment ? [] : ['--os-cloud', name]), ...words]);
}

/** `kiln publish WORDS` for the same cloud. */
export function kilnCommand({ name, fromEnvironment }: NamedCloud, ...words: readonly string[]): string {
  return quoteCommand('kiln', ['publish', ...words, ...(fromEnvironment ? [] : ['--cloud', name])]);
}
