import { join } from 'node:path';
import { homeFrom } from '../foundation/places.ts';

/** Where libosinfo's database lies: the distribution's, this host's, this user's (osinfo-db-path(1)). */
export function osinfoFolders(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const config = env.XDG_CONFIG_HOME || join(homeFrom(env), '.config');
  return [
    env.OSINFO_SYSTEM_DIR || '/usr/share/osinfo',
    env.OSINFO_LOCAL_DIR || '/etc/osinfo',
    env.OSINFO_USER_DIR || join(config, 'osinfo'),
  ];
}
