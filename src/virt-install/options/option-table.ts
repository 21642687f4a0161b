/** What a sub-option's value must look like, and how it is written into the XML. */
export type ValueKind =
  | 'text'
  /** A whole number, in any of C's notations. */
  | 'int'
  /** yes/no as a word, written `yes` or `no`. */
  | 'yes-no'
  /** yes/no as a word, written `on` or `off`. */
  | 'on-off'
  /** yes/no as a word; the element is there or is not. */
  | 'flag'
  /** yes/no as a word that changes what Kiln does, not one place of the XML. */
  | 'switch'
  /** A path; made absolute. */
  | 'file';

/**
 * One sub-option: `--disk cache=none` is `['cache', './driver/@cache', …]`. `#` in a name stands for an index (`cell0`), in the
 * place for that element's position. An empty place means that the option's own builder knows what to do.
 */
export type SubOption = readonly [
  name: string,
  place: string,
  details?: {
    readonly kind?: ValueKind;
    readonly alias?: readonly string[];
    /** May hold commas: takes all that follows up to the next name that is known. */
    readonly commas?: true;
    /** `default` means: as if it had not been given. */
    readonly skipDefault?: true;
    /** All there are (libvirt's formatdomain.html, docs/schemas); absent where libvirt leaves it open. */
    readonly values?: readonly string[];
  },
];

export type ComplexOption = {
  /** Without the dashes: `disk`. */
  readonly name: string;
  /** Other spellings: `--osinfo` of `--os-variant`. */
  readonly alias?: readonly string[];
  /** Names of the leading words without `=`: `--disk /path` is `path=/path`. */
  readonly positional: readonly string[];
  /** `none` alone means that nothing is done; otherwise the option's builder deals with it. */
  readonly noneIsNothing: boolean;
  /** Where the options below land: a list (`./devices/disk`) or one element (`./cpu`); `.` is the domain itself. */
  readonly place: string;
  readonly list: boolean;
  readonly rows: readonly SubOption[];
};

const words = (text: string): readonly string[] => text.split(' ');

/** `values: words('none writeback')` in tables. */
export { words };

const ADDRESS_KINDS: Readonly<Record<string, ValueKind>> = {
  domain: 'int',
  bus: 'int',
  slot: 'int',
  function: 'int',
  multifunction: 'on-off',
  controller: 'int',
  unit: 'int',
  port: 'int',
  target: 'int',
};

const ADDRESS_WORDS = words(
  'type domain bus slot multifunction function controller unit port target reg cssid ssid devno iobase irq base',
);

/** Where a device sits, and its alias: of every device. */
export const ADDRESS_ROWS: readonly SubOption[] = [
  ...ADDRESS_WORDS.map(
    (word): SubOption => [`address.${word}`, `./address/@${word}`, { kind: ADDRESS_KINDS[word] ?? 'text' }],
  ),
  ['address.zpci.uid', './address/zpci/@uid'],
  ['address.zpci.fid', './address/zpci/@fid'],
  ['alias.name', './alias/@name'],
];

export const BOOT_ORDER_ROW: SubOption = ['boot.order', '', { kind: 'int', alias: ['boot_order'] }];
export const BOOT_LOADPARM_ROW: SubOption = ['boot.loadparm', './boot/@loadparm'];

/** Options of virtio's transport, of every device that can be virtio. */
export const VIRTIO_ROWS: readonly SubOption[] = words('ats iommu packed page_per_vq').map(
  (word): SubOption => [`driver.${word}`, `./driver/@${word}`, { kind: 'on-off' }],
);

/** `xpath0.set=./a/@b=c` on an option: raw changes to what that option makes. */
export const XPATH_ROWS: readonly SubOption[] = words('delete set create value').map(
  (word): SubOption => [`xpath#.${word}`, '', { commas: true }],
);

export const CLEARXML_ROW: SubOption = ['clearxml', '', { kind: 'switch' }];
