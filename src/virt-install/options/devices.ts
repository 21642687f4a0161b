import { ADDRESS_ROWS, BOOT_ORDER_ROW, type ComplexOption, VIRTIO_ROWS, words } from './option-table.ts';

export const CONTROLLER: ComplexOption = {
  name: 'controller',
  positional: ['type'],
  noneIsNothing: true,
  place: './devices/controller',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    [
      'type',
      './@type',
      { values: words('ide fdc scsi sata ccid virtio-serial usb pci xenbus isa usb2 usb3') },
    ],
    ['model', './@model'],
    ['index', './@index', { kind: 'int' }],
    ['maxGrantFrames', './@maxGrantFrames', { kind: 'int' }],
    ['vectors', './@vectors', { kind: 'int' }],
    ['master.startport', './master/@startport', { kind: 'int', alias: ['master'] }],
    ['driver.iothread', './driver/@iothread', { kind: 'int' }],
    ['driver.queues', './driver/@queues', { kind: 'int', alias: ['driver_queues'] }],
    ['target.chassisNr', './target/@chassisNr', { kind: 'int' }],
    ['target.chassis', './target/@chassis', { kind: 'int' }],
    ['target.port', './target/@port', { kind: 'int' }],
    ['target.hotplug', './target/@hotplug'],
    ['target.busNr', './target/@busNr', { kind: 'int' }],
    ['target.index', './target/@index', { kind: 'int' }],
    ['target.node', './target/node', { kind: 'int' }],
    ['address', ''],
    ['num_pcie_root_ports', ''],
  ],
};

export const INPUT: ComplexOption = {
  name: 'input',
  positional: ['type'],
  noneIsNothing: true,
  place: './devices/input',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    [
      'type',
      './@type',
      { skipDefault: true, values: words('default mouse tablet keyboard passthrough evdev') },
    ],
    ['bus', './@bus', { skipDefault: true, values: words('default usb ps2 virtio xen none') }],
    ['model', './@model'],
    ['source.evdev', './source/@evdev'],
    ['source.dev', './source/@dev'],
    ['source.repeat', './source/@repeat', { kind: 'on-off' }],
    ['source.grab', './source/@grab'],
    ['source.grabToggle', './source/@grabToggle'],
  ],
};

export const HOSTDEV: ComplexOption = {
  name: 'hostdev',
  alias: ['host-device'],
  positional: ['name'],
  noneIsNothing: true,
  place: './devices/hostdev',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    BOOT_ORDER_ROW,
    ['type', './@type', { values: words('usb pci scsi scsi_host mdev net misc storage') }],
    ['name', ''],
    ['driver.name', './driver/@name', { alias: ['driver_name'], values: words('kvm vfio xen') }],
    ['rom.bar', './rom/@bar', { kind: 'on-off', alias: ['rom_bar'] }],
  ],
};

export const WATCHDOG: ComplexOption = {
  name: 'watchdog',
  positional: ['model'],
  noneIsNothing: true,
  place: './devices/watchdog',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['model', './@model', { skipDefault: true, values: words('default i6300esb ib700 diag288') }],
    [
      'action',
      './@action',
      { skipDefault: true, values: words('default reset shutdown poweroff pause none dump inject-nmi') },
    ],
  ],
};

export const PANIC: ComplexOption = {
  name: 'panic',
  positional: ['model'],
  noneIsNothing: true,
  place: './devices/panic',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['address.iobase', './address/@iobase', { alias: ['iobase'] }],
    ['model', './@model', { skipDefault: true }],
  ],
};

export const MEMBALLOON: ComplexOption = {
  name: 'memballoon',
  positional: ['model'],
  noneIsNothing: false,
  place: './devices/memballoon',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    [
      'model',
      './@model',
      {
        skipDefault: true,
        values: words('default virtio virtio-transitional virtio-non-transitional xen none'),
      },
    ],
    ['autodeflate', './@autodeflate', { kind: 'on-off' }],
    ['stats.period', './stats/@period', { kind: 'int' }],
    ['freePageReporting', './@freePageReporting', { kind: 'on-off' }],
  ],
};

export const VSOCK: ComplexOption = {
  name: 'vsock',
  positional: ['model'],
  noneIsNothing: false,
  place: './devices/vsock',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ...VIRTIO_ROWS,
    [
      'model',
      './@model',
      { skipDefault: true, values: words('default virtio virtio-transitional virtio-non-transitional') },
    ],
    ['cid.auto', './cid/@auto', { kind: 'yes-no', alias: ['auto_cid'] }],
    ['cid.address', './cid/@address', { kind: 'int', alias: ['cid'] }],
  ],
};

export const IOMMU: ComplexOption = {
  name: 'iommu',
  positional: ['model'],
  noneIsNothing: true,
  place: './devices/iommu',
  list: true,
  rows: [
    ['model', './@model', { values: words('intel smmuv3 virtio') }],
    ['driver.aw_bits', './driver/@aw_bits', { kind: 'int' }],
    ['driver.intremap', './driver/@intremap', { kind: 'on-off' }],
    ['driver.caching_mode', './driver/@caching_mode', { kind: 'on-off' }],
    ['driver.eim', './driver/@eim', { kind: 'on-off' }],
    ['driver.iotlb', './driver/@iotlb', { kind: 'on-off' }],
  ],
};

export const TPM: ComplexOption = {
  name: 'tpm',
  positional: ['type'],
  noneIsNothing: false,
  place: './devices/tpm',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['model', './@model', { values: words('tpm-tis tpm-crb tpm-spapr tpm-spapr-proxy') }],
    ['backend.type', './backend/@type', { alias: ['type'] }],
    ['backend.version', './backend/@version', { alias: ['version'], values: words('1.2 2.0') }],
    ['backend.device.path', './backend/device/@path', { alias: ['path'] }],
    ['backend.encryption.secret', './backend/encryption/@secret'],
    ['backend.persistent_state', './backend/@persistent_state', { kind: 'yes-no' }],
    ['active_pcr_banks.sha1', './active_pcr_banks/sha1', { kind: 'flag' }],
    ['active_pcr_banks.sha256', './active_pcr_banks/sha256', { kind: 'flag' }],
    ['active_pcr_banks.sha384', './active_pcr_banks/sha384', { kind: 'flag' }],
    ['active_pcr_banks.sha512', './active_pcr_banks/sha512', { kind: 'flag' }],
  ],
};

export const MEMDEV: ComplexOption = {
  name: 'memdev',
  positional: ['model'],
  noneIsNothing: true,
  place: './devices/memory',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['model', './@model', { values: words('dimm nvdimm virtio-pmem virtio-mem sgx-epc') }],
    ['access', './@access', { values: words('shared private') }],
    ['discard', './@discard', { kind: 'yes-no' }],
    ['uuid', './uuid'],
    ['target.size', '', { kind: 'int', alias: ['target_size'] }],
    ['target.node', './target/node', { kind: 'int', alias: ['target_node'] }],
    ['target.label_size', '', { kind: 'int', alias: ['target_label_size'] }],
    ['target.block', './target/block', { kind: 'int' }],
    ['target.current', './target/current', { kind: 'int' }],
    ['target.requested', './target/requested', { kind: 'int' }],
    ['target.readonly', './target/readonly', { kind: 'flag' }],
    ['source.pagesize', './source/pagesize', { kind: 'int', alias: ['source_pagesize'] }],
    ['source.path', './source/path', { alias: ['source_path'] }],
    ['source.nodemask', './source/nodemask', { alias: ['source_nodemask'], commas: true }],
    ['source.pmem', './source/pmem', { kind: 'flag' }],
    ['source.alignsize', '', { kind: 'int' }],
  ],
};

export const SHMEM: ComplexOption = {
  name: 'shmem',
  positional: ['name'],
  noneIsNothing: true,
  place: './devices/shmem',
  list: true,
  rows: [
    ...ADDRESS_ROWS,
    ['name', './@name'],
    ['role', './@role'],
    ['model.type', './model/@type'],
    ['size', './size', { kind: 'int' }],
    ['size.unit', './size/@unit'],
    ['server.path', './server/@path'],
    ['msi.vectors', './msi/@vectors', { kind: 'int' }],
    ['msi.ioeventfd', './msi/@ioeventfd'],
  ],
};
