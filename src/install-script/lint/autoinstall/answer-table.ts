/** What an answer may be; without `is` it is not judged itself. */
export type Answer = {
  readonly is?: 'text' | 'boolean' | 'map' | 'list';
  /** Words that it takes. */
  readonly oneOf?: string;
  /** Of a map: those keys that are judged further, or are all there are. */
  readonly keys?: Readonly<Record<string, Answer>>;
  /** What becomes of other keys; left out, they are not judged. */
  readonly others?: 'refused' | 'ignored';
  /** Keys that must be there; `|` between those of which one is enough. */
  readonly needs?: string;
  /** Of a list: what each of its items is. */
  readonly items?: Answer;
};

const TEXT: Answer = { is: 'text' };
const BOOLEAN: Answer = { is: 'boolean' };
const TEXTS: Answer = { is: 'list', items: TEXT };
const INSTALL: Answer = { is: 'map', keys: { install: BOOLEAN }, others: 'ignored' };

/** curtin's block/schemas.py, which it looks at when it divides the disk. */
const ACTION: Answer = {
  is: 'map',
  keys: { ptable: { oneOf: 'dos gpt msdos vtoc unsupported' } },
  needs: 'id type',
};

/**
 * Below the keys of AUTOINSTALL_KEYS: Subiquity's autoinstall-schema.json, by which it refuses the whole file before anything is
 * installed, and the layouts of its storage (server/controllers/filesystem.py).
 */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  apt: {
    keys: {
      fallback: { oneOf: 'abort continue-anyway offline-install' },
      geoip: BOOLEAN,
      preserve_sources_list: BOOLEAN,
      primary: { is: 'list' },
      disable_components: {
        is: 'list',
        items: { oneOf: 'universe multiverse restricted contrib non-free' },
      },
    },
  },
  codecs: INSTALL,
  drivers: INSTALL,
  identity: {
    keys: { realname: TEXT, username: TEXT, hostname: TEXT, password: TEXT, groups: {} },
    others: 'refused',
    needs: 'hostname username password',
  },
  'interactive-sections': TEXTS,
  'kernel-crash-dumps': { keys: { enabled: BOOLEAN }, others: 'refused', needs: 'enabled' },
  kernel: { keys: { package: TEXT, flavor: TEXT }, needs: 'package|flavor' },
  keyboard: {
    keys: { layout: TEXT, variant: TEXT, toggle: TEXT },
    others: 'refused',
    needs: 'layout',
  },
  network: { needs: 'version|network' },
  oem: { keys: { install: {} }, needs: 'install' },
  packages: TEXTS,
  'refresh-installer': { keys: { update: BOOLEAN, channel: TEXT }, others: 'refused' },
  snaps: {
    items: {
      is: 'map',
      keys: { name: TEXT, channel: TEXT, classic: BOOLEAN },
      others: 'refused',
      needs: 'name',
    },
  },
  source: { keys: { search_drivers: BOOLEAN, id: TEXT }, others: 'ignored' },
  ssh: {
    keys: { 'install-server': BOOLEAN, 'authorized-keys': TEXTS, 'allow-pw': BOOLEAN },
    others: 'ignored',
  },
  storage: {
    keys: {
      layout: { is: 'map', keys: { name: { oneOf: 'direct lvm zfs hybrid' } }, needs: 'name' },
      config: { is: 'list', items: ACTION },
    },
  },
  updates: { oneOf: 'security all' },
};
