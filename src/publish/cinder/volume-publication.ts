import { clientCommand } from '../openstack/client-command.ts';
import type { Publication } from '../publication.ts';
import type { Snapshot, Volume } from './cinder-api.ts';
import type { Around } from './passing-image.ts';

/** What is told of a volume in place. */
export async function volumePublication(
  volume: Volume,
  snapshot: Snapshot | undefined,
  action: Publication['action'],
  notes: readonly string[],
  { session, context: { signal } }: Around,
): Promise<Publication> {
  const { name: cloud } = session.cloud;
  const options = [
    '--volume',
    volume.id,
    '--flavor',
    'FLAVOR',
    '--network',
    'NETWORK',
    '--config-drive',
    'true',
  ];
  return {
    target: 'cinder',
    where: cloud,
    action,
    name: volume.name ?? '',
    id: volume.id,
    url: `${await session.endpoint('block-storage', signal)}/volumes/${volume.id}`,
    notes: [...(snapshot === undefined ? [] : [`snapshot ${snapshot.id}`]), ...notes],
    commands: [clientCommand('openstack', session.cloud, 'server', 'create', ...options, `${volume.name}-1`)],
  };
}
