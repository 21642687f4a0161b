/** What Subiquity reads below `autoinstall:` (its autoinstall-schema.json). Unknown keys are ignored in version 1. */
export type KeyShape = 'map' | 'list' | 'text' | 'number' | 'any';

export const AUTOINSTALL_KEYS: Readonly<Record<string, KeyShape>> = {
  version: 'number',
  'active-directory': 'map',
  apt: 'map',
  codecs: 'map',
  'debconf-selections': 'text',
  drivers: 'map',
  'early-commands': 'list',
  'error-commands': 'list',
  identity: 'map',
  'interactive-sections': 'list',
  kernel: 'map',
  'kernel-crash-dumps': 'map',
  keyboard: 'map',
  'late-commands': 'list',
  locale: 'text',
  network: 'map',
  oem: 'map',
  packages: 'list',
  proxy: 'any',
  'refresh-installer': 'map',
  reporting: 'map',
  shutdown: 'text',
  snaps: 'list',
  source: 'map',
  ssh: 'map',
  storage: 'map',
  timezone: 'text',
  'ubuntu-advantage': 'map',
  'ubuntu-pro': 'map',
  updates: 'text',
  'user-data': 'map',
  zdevs: 'any',
};

/** Those cloud-init has of its own, which may stand beside `autoinstall:`. */
const CLOUD_INIT_TOO = new Set(
  'apt keyboard locale network packages snap ssh timezone zdevs ubuntu-advantage ubuntu_advantage updates'.split(
    ' ',
  ),
);

export const AUTOINSTALL_ALONE: ReadonlySet<string> = new Set(
  Object.keys(AUTOINSTALL_KEYS).filter((key) => !CLOUD_INIT_TOO.has(key)),
);
