import {
  ADDRESS_ROWS,
  BOOT_ORDER_ROW,
  type ComplexOption,
  type SubOption,
  VIRTIO_ROWS,
  words,
} from './option-table.ts';

const TYPES = words('pty dev stdio pipe file vc null tcp udp unix spicevmc spiceport nmdm qemu-vdagent dbus');

/** Old spellings of sub-options, by their name. */
type Aliases = Readonly<Record<string, readonly string[]>>;

/** Where a character device's other end is. `prefix` goes before the names, `place` before the places: `backend.` for --rng. */
function sourceRows(aliases: Aliases = {}, prefix = '', place = '.'): readonly SubOption[] {
  const rows: readonly SubOption[] = [
    ['source.path', './source/@path'],
    ['source.host', ''],
    ['source.service', './source/@service', { kind: 'int' }],
    ['source.bind_host', ''],
    ['source.bind_service', "./source[@mode='bind']/@service", { kind: 'int' }],
    ['source.connect_host', ''],
    ['source.connect_service', "./source[@mode='connect']/@service", { kind: 'int' }],
    ['source.mode', './source/@mode', { values: words('bind connect server client') }],
    ['source.master', './source/@master'],
    ['source.slave', './source/@slave'],
    ['source.seclabel#.model', './source/seclabel[#]/@model'],
    ['source.seclabel#.relabel', './source/seclabel[#]/@relabel', { kind: 'yes-no' }],
    ['source.seclabel#.label', './source/seclabel[#]/label', { commas: true }],
    ['protocol.type', './protocol/@type', { values: words('raw telnet telnets tls') }],
    ['log.file', './log/@file'],
    ['log.append', './log/@append', { kind: 'on-off' }],
    ['source.clipboard.copypaste', './source/clipboard/@copypaste', { kind: 'yes-no' }],
    ['source.mouse.mode', './source/mouse/@mode', { values: words('server client') }],
    ['source.channel', './source/@channel'],
    ['source.tls', './source/@tls', { kind: 'yes-no' }],
  ];
  return rows.map(([name, path, details]) => {
    const alias = aliases[name];
    const full = { ...details, ...(alias === undefined ? {} : { alias }) };
    return [`${prefix}${name}`, path === '' ? '' : `${place}${path.slice(1)}`, full];
  });
}

function characterDevice(name: string): ComplexOption {
  return {
    name,
    positional: ['type'],
    noneIsNothing: false,
    place: `./devices/${name}`,
    list: true,
    rows: [
      ...ADDRESS_ROWS,
      ['type', './@type', { alias: ['char_type'], values: TYPES }],
      ['host', ''],
      ...sourceRows({
        'source.path': ['path'],
        'source.mode': ['mode'],
        'source.bind_host': ['bind_host'],
        'protocol.type': ['protocol'],
      }),
      ['target.address', '', { alias: ['target_address'] }],
      ['target.type', './target/@type', { alias: ['target_type'] }],
      ['target.name', './target/@name', { alias: ['name'] }],
      ['target.port', './target/@port', { kind: 'int' }],
      ['target.model.name', './target/model/@name'],
    ],
  };
}

export const SERIAL = characterDevice('serial');
export const PARALLEL = characterDevice('parallel');
export const CHANNEL = characterDevice('channel');
export const CONSOLE = characterDevice('console');

export const SMARTCARD: ComplexOption = {
  name: 'smartcard',
  positional: ['mode'],
  noneIsNothing: true,
  place: './devices/smartcard',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['mode', './@mode', { skipDefault: true, values: words('default host host-certificates passthrough') }],
    ['type', './@type', { skipDefault: true, values: ['default', ...TYPES] }],
    ...sourceRows(),
    ['database', './database', { commas: true }],
    ['certificate#', './certificate[#]', { commas: true }],
  ],
};

export const REDIRDEV: ComplexOption = {
  name: 'redirdev',
  positional: ['bus'],
  noneIsNothing: false,
  place: './devices/redirdev',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    BOOT_ORDER_ROW,
    ['bus', './@bus', { skipDefault: true, values: words('default usb') }],
    ['type', './@type', { skipDefault: true, values: ['default', ...TYPES] }],
    ['server', ''],
    ...sourceRows(),
  ],
};

export const RNG: ComplexOption = {
  name: 'rng',
  positional: ['backend.model'],
  noneIsNothing: false,
  place: './devices/rng',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    ['model', './@model', { values: words('virtio virtio-transitional virtio-non-transitional') }],
    ['backend', "./backend[@model='random']", { alias: ['device'] }],
    ['backend.model', './backend/@model', { alias: ['type'] }],
    ['backend.type', './backend/@type', { alias: ['backend_type'] }],
    ...sourceRows(
      {
        'source.host': ['backend_host'],
        'source.service': ['backend_service'],
        'source.connect_host': ['backend_connect_host'],
        'source.connect_service': ['backend_connect_service'],
        'source.mode': ['backend_mode'],
      },
      'backend.',
      './backend',
    ),
    ['rate.bytes', './rate/@bytes', { alias: ['rate_bytes'] }],
    ['rate.period', './rate/@period', { alias: ['rate_period'] }],
  ],
};
