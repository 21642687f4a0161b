import type { Preset } from '../image-properties.ts';
import { clientCommand, kilnCommand, type NamedCloud } from '../openstack/client-command.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import type { Publication } from '../publication.ts';
import type { Placed } from './place-image.ts';
import type { GlanceSettings } from './publish-to-glance.ts';

/** What became of the description and of older images of that name, one line each. */
export function placedNotes({ changes, retired }: Placed): readonly string[] {
  return [...changes, ...retired.map(({ id, what }) => `older image ${id}: ${what}`)];
}

export async function publishedImage(
  placed: Placed,
  session: CloudSession,
  settings: GlanceSettings,
): Promise<Publication> {
  const { cloud } = session;
  const { image, action } = placed;
  return {
    target: 'glance',
    where: cloud.name,
    action,
    name: image.name ?? '',
    id: image.id,
    url: `${await session.endpoint('image')}/v2/images/${image.id}`,
    notes: placedNotes(placed),
    commands: [bootCommand(cloud, image.id, image.name ?? '', settings.preset)],
  };
}

/** How the image is used. Flavor and network are the cloud's own. */
function bootCommand(cloud: NamedCloud, id: string, name: string, preset: Preset): string {
  if (preset === 'ironic') return kilnCommand(cloud, 'ironic', '--image', id, '--node', 'NODE');
  const options = ['--image', id, '--flavor', 'FLAVOR', '--network', 'NETWORK', '--config-drive', 'true'];
  const server = `${name}-1`.replaceAll(/[^\w.-]/g, '-');
  return clientCommand('openstack', cloud, 'server', 'create', ...options, server);
}
