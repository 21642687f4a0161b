/**
 * What kickstart's commands take: the rest pykickstart 3.74 refuses (its option parsers and commands), or Anaconda where a comment says
 * so. Which release knows a command or an option at all is in KICKSTART_TABLE; letters as there. What is not here is not judged.
 */
export type CommandValues = {
  /** Options without a value. */
  readonly switches?: string;
  /** Options that take a whole number. */
  readonly numbers?: string;
  /** Options that take yes or no. */
  readonly booleans?: string;
  /** Options that take IPv4 addresses, or a word, joined by commas. */
  readonly addresses?: string;
  /** Options that take one of few words; these under the letters of the releases that know them. */
  readonly oneOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Options without which it is refused; `|` between those of which one is enough. */
  readonly needs?: string;
  /** Of these options there may be one. */
  readonly onlyOne?: string;
  /** Options that contradict each other, so that the last one counts; `|` between spellings of the same. */
  readonly lastCounts?: string;
  /** Words besides options, at most. */
  readonly most?: number;
  /** Letters of the releases that take any words and pass over them. */
  readonly passesOver?: string;
  /** What the word is that it must have, and the options that do instead of it. */
  readonly wants?: readonly [what: string, instead: string];
};

const ALL = '..............';
const PBKDF = '--pbkdf-iterations --pbkdf-memory --pbkdf-time';

/** The formats of blivet that can be made, since Fedora 40 and RHEL 7; the partitioning of Anaconda stops at others. */
const FILE_SYSTEM = {
  '--......--....':
    'ext4 xfs ext3 ext2 btrfs vfat efi swap biosboot prepboot appleboot f2fs gfs2 hfs hfs+ jfs lvmpv macefi mdmember ntfs reiserfs ' +
    'stratis tmpfs',
};

const PARTITION: CommandValues = {
  switches:
    '--active --asprimary --backuppassphrase --encrypted --grow --hibernation --noformat --recommended --resize',
  numbers: `--maxsize --size ${PBKDF}`,
  oneOf: { '--fstype': FILE_SYSTEM },
  most: 1,
  wants: ['mount point', ''],
};

const ENDING: CommandValues = { switches: '--eject --kexec', most: 0 };
const MODE: CommandValues = { switches: '--non-interactive', most: 0 };

export const KICKSTART_VALUES: ReadonlyMap<string, CommandValues> = new Map<string, CommandValues>(
  Object.entries({
    autopart: {
      switches: '--backuppassphrase --encrypted --hibernation --noboot --nohome --nolvm --noswap',
      numbers: PBKDF,
      oneOf: {
        '--type': { [ALL]: 'lvm plain partition thinp', '........--.---': 'btrfs' },
        '--fstype': FILE_SYSTEM,
      },
      most: 0,
    },
    bootc: { switches: '--composefs', needs: '--source-imgref', most: 0 },
    bootloader: {
      switches: '--disabled --extlinux --iscrypted --lba32 --leavebootorder --nombr --sdboot --upgrade',
      numbers: '--timeout',
      // GRUB 2 is not installed into a partition (Anaconda).
      oneOf: { '--location': { [ALL]: 'mbr none boot', '..------..----': 'partition' } },
      most: 0,
    },
    cdrom: { most: 0 },
    clearpart: {
      switches: '--all --cdl --initlabel --linux --none',
      // Those that a platform has (blivet).
      oneOf: { '--disklabel': { [ALL]: 'gpt msdos dasd mac' } },
      lastCounts: '--all --linux --none',
      most: 0,
    },
    cmdline: MODE,
    eula: {
      switches: '--accept --accepted --agree --agreed',
      needs: '--agreed|--agree|--accept|--accepted',
      most: 0,
    },
    fcoe: { switches: '--autovlan --dcb', needs: '--nic', most: 0 },
    firewall: {
      switches: '--disable --disabled --enable --enabled --ftp --http --smtp --ssh --use-system-defaults',
      lastCounts: '--enabled|--enable --disabled|--disable',
      most: 0,
    },
    firstboot: {
      switches: '--disable --disabled --enable --enabled --reconfig',
      lastCounts: '--enabled|--enable --disabled|--disable',
      most: 0,
    },
    graphical: MODE,
    group: { numbers: '--gid', needs: '--name', most: 0 },
    halt: ENDING,
    harddrive: { needs: '--dir --partition|--biospart', most: 0 },
    hmc: { most: 0 },
    ignoredisk: {
      switches: '--interactive',
      needs: '--only-use|--drives|--interactive',
      onlyOne: '--drives --only-use',
      most: 0,
    },
    iscsi: { numbers: '--port', needs: '--ipaddr', most: 0 },
    iscsiname: { most: 1, wants: ['name', ''] },
    keyboard: { most: 1, wants: ['layout', '--vckeymap --xlayouts'] },
    lang: { most: 1, wants: ['locale', ''] },
    liveimg: { switches: '--noverifyssl', needs: '--url', most: 0 },
    logging: { oneOf: { '--level': { [ALL]: 'debug info warning error critical' } }, most: 0 },
    logvol: {
      switches:
        '--backuppassphrase --encrypted --grow --hibernation --noformat --recommended --resize --thin --thinpool --useexisting',
      numbers: `--cachesize --chunksize --maxsize --metadatasize --percent --size ${PBKDF}`,
      oneOf: { '--fstype': FILE_SYSTEM },
      needs: '--vgname --name --size|--percent|--recommended|--hibernation|--useexisting|--noformat',
      onlyOne: '--size --percent',
      most: 1,
      wants: ['mount point', ''],
    },
    mediacheck: { most: 0 },
    module: { switches: '--disable', needs: '--name', most: 0 },
    network: {
      switches:
        '--activate --ipv4-ignore-auto-dns --ipv6-ignore-auto-dns --no-activate --nodefroute --nodns --noipv4 --noipv6 --notksdevice',
      booleans: '--onboot',
      // NetworkManager takes no such profile, so the card has no address.
      addresses: '--ip --netmask --gateway --nameserver',
      oneOf: {
        '--bootproto': { [ALL]: 'dhcp static bootp query', '........-.....': 'ibft' },
        '--bindto': { [ALL]: 'mac' },
      },
      most: 0,
    },
    nfs: { needs: '--server --dir', most: 0 },
    ostreecontainer: { switches: '--no-signature-verification', needs: '--url', most: 0 },
    ostreesetup: { switches: '--nogpg', needs: '--osname --url --ref', most: 0 },
    part: PARTITION,
    partition: PARTITION,
    poweroff: ENDING,
    raid: {
      switches: '--backuppassphrase --encrypted --noformat --useexisting',
      numbers: `--chunksize --spares ${PBKDF}`,
      oneOf: {
        // With RAID before the number as well.
        '--level': {
          [ALL]: '0 1 4 5 6 10',
        },
        '--fstype': FILE_SYSTEM,
      },
      needs: '--device --level|--useexisting|--noformat',
      wants: ['mount point', ''],
    },
    rdp: { most: 0 },
    reboot: ENDING,
    repo: {
      switches: '--install --noverifyssl',
      numbers: '--cost',
      booleans: '--ignoregroups',
      needs: '--name',
      onlyOne: '--baseurl --mirrorlist --metalink',
      most: 0,
    },
    reqpart: { switches: '--add-boot', most: 0 },
    rescue: { switches: '--nomount --romount', most: 0 },
    rhsm: { switches: '--connect-to-insights', needs: '--organization --activation-key', most: 0 },
    rootpw: {
      switches: '--allow-ssh --iscrypted --lock --plaintext',
      lastCounts: '--iscrypted --plaintext',
      most: 1,
      wants: ['password', '--lock'],
    },
    selinux: {
      switches: '--disabled --enforcing --permissive',
      lastCounts: '--disabled --enforcing --permissive',
      most: 0,
    },
    services: { needs: '--enabled|--disabled', most: 0 },
    shutdown: ENDING,
    skipx: { most: 0 },
    snapshot: {
      oneOf: { '--when': { [ALL]: 'post-install pre-install' } },
      needs: '--name --when',
      most: 1,
      wants: ['volume (VG/LV)', ''],
    },
    sshkey: { needs: '--username', most: 1, wants: ['key in quotes ("ssh-ed25519 AAAA… me")', ''] },
    sshpw: { switches: '--iscrypted --lock --plaintext --sshkey', needs: '--username' },
    text: MODE,
    timesource: {
      switches: '--ntp-disable --nts',
      needs: '--ntp-server|--ntp-pool|--ntp-disable',
      onlyOne: '--ntp-server --ntp-pool --ntp-disable',
      most: 0,
    },
    timezone: {
      switches: '--isUtc --nontp --utc',
      most: 1,
      wants: ['time zone', '--utc --isUtc --nontp --ntpservers'],
    },
    url: {
      switches: '--noverifyssl',
      needs: '--url|--mirrorlist|--metalink',
      onlyOne: '--url --mirrorlist --metalink',
      most: 0,
    },
    user: {
      switches: '--iscrypted --lock --plaintext',
      numbers: '--gid --uid',
      needs: '--name',
      lastCounts: '--iscrypted --plaintext',
      most: 0,
    },
    vnc: { most: 0 },
    volgroup: {
      switches: '--noformat --useexisting',
      numbers: '--pesize --reserved-percent --reserved-space',
      wants: ['name', ''],
    },
    xconfig: { switches: '--startxonboot', most: 0 },
    // `zerombr yes`, as RHEL 5 wanted it.
    zerombr: { most: 0, passesOver: '..------...---' },
    zipl: { switches: '--force-secure-boot --no-secure-boot --secure-boot', most: 0 },
  }),
);
