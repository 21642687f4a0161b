import {
  ADDRESS_ROWS,
  BOOT_LOADPARM_ROW,
  BOOT_ORDER_ROW,
  type ComplexOption,
  VIRTIO_ROWS,
  words,
} from './option-table.ts';

export const NETWORK: ComplexOption = {
  name: 'network',
  positional: ['type'],
  noneIsNothing: false,
  place: './devices/interface',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    BOOT_ORDER_ROW,
    BOOT_LOADPARM_ROW,
    ...VIRTIO_ROWS,
    ['network', ''],
    ['bridge', ''],
    [
      'type',
      '',
      {
        values: words(
          'default bridge network user vhostuser ethernet direct hostdev internal mcast server client udp vdpa',
        ),
      },
    ],
    ['trustGuestRxFilters', './@trustGuestRxFilters', { kind: 'yes-no' }],
    ['source', ''],
    [
      'source.mode',
      './source/@mode',
      { alias: ['source_mode'], values: words('vepa bridge private passthrough client server') },
    ],
    ['source.type', './source/@type', { alias: ['source_type'] }],
    ['source.path', './source/@path', { alias: ['source_path'] }],
    ['source.portgroup', './source/@portgroup', { alias: ['portgroup'] }],
    ['target.dev', './target/@dev', { alias: ['target'] }],
    ['model.type', './model/@type', { alias: ['model'] }],
    ['mac.address', '', { alias: ['mac'] }],
    ['filterref.filter', './filterref/@filter', { alias: ['filterref'] }],
    ['link.state', '', { alias: ['link_state'], values: words('up down yes no on off 1 0') }],
    ['driver.name', './driver/@name', { alias: ['driver_name'], values: words('vhost qemu') }],
    ['driver.queues', './driver/@queues', { kind: 'int', alias: ['driver_queues'] }],
    ['rom.file', './rom/@file', { alias: ['rom_file'] }],
    ['rom.bar', './rom/@bar', { kind: 'on-off', alias: ['rom_bar'] }],
    ['mtu.size', './mtu/@size', { kind: 'int' }],
    ['virtualport.type', './virtualport/@type', { alias: ['virtualport_type'] }],
    [
      'virtualport.parameters.managerid',
      './virtualport/parameters/@managerid',
      { kind: 'int', alias: ['virtualport_managerid'] },
    ],
    [
      'virtualport.parameters.typeid',
      './virtualport/parameters/@typeid',
      { kind: 'int', alias: ['virtualport_typeid'] },
    ],
    [
      'virtualport.parameters.typeidversion',
      './virtualport/parameters/@typeidversion',
      { kind: 'int', alias: ['virtualport_typeidversion'] },
    ],
    [
      'virtualport.parameters.instanceid',
      './virtualport/parameters/@instanceid',
      { alias: ['virtualport_instanceid'] },
    ],
    [
      'virtualport.parameters.profileid',
      './virtualport/parameters/@profileid',
      { alias: ['virtualport_profileid'] },
    ],
    [
      'virtualport.parameters.interfaceid',
      './virtualport/parameters/@interfaceid',
      { alias: ['virtualport_interfaceid'] },
    ],
  ],
};
