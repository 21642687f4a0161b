/** A question of debian-installer that takes one of few words, and what becomes of another. */
export type ClosedValue = {
  readonly question: string;
  readonly values: readonly string[];
  /** Completes "…, so ". */
  readonly otherwise: string;
  /** Descriptions and recipes of one's own are taken as well, so only what looks like a mistyped word is told. */
  readonly open?: true;
};

/** An answer with another word makes the installation fail, ask or wait. Words: the installation guide, B.4, and the components' templates. */
export const FATAL_VALUES: readonly ClosedValue[] = [
  {
    question: 'partman-auto/method',
    values: ['regular', 'lvm', 'crypto', 'raid'],
    otherwise: 'debian-installer partitions nothing and stops with "No root file system"',
  },
  {
    question: 'partman-auto/choose_recipe',
    values: ['atomic', 'home', 'multi', 'server', 'small_disk'],
    otherwise: 'debian-installer asks for the partitions',
    open: true,
  },
  {
    question: 'partman/choose_partition',
    values: ['finish'],
    otherwise: 'debian-installer shows the partitions and waits',
    open: true,
  },
  {
    question: 'mirror/protocol',
    values: ['http', 'https', 'ftp'],
    otherwise: 'debian-installer asks for a mirror',
  },
];

/** An answer with another word is passed over: debian-installer goes on with its own. */
export const IGNORED_VALUES: readonly ClosedValue[] = [
  { question: 'partman/mount_style', values: ['uuid', 'label', 'traditional'] },
  { question: 'hw-detect/firmware-lookup', values: ['always', 'missing', 'never'] },
  { question: 'pkgsel/upgrade', values: ['none', 'safe-upgrade', 'full-upgrade'] },
  { question: 'pkgsel/update-policy', values: ['none', 'unattended-upgrades', 'landscape'] },
].map((row) => ({ ...row, otherwise: "the installer's own choice counts" }));
