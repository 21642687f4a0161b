import { type ComplexOption, words } from './option-table.ts';

export const METADATA: ComplexOption = {
  name: 'metadata',
  positional: [],
  noneIsNothing: true,
  place: '.',
  list: false,
  rows: [
    ['name', './name', { commas: true }],
    ['title', './title', { commas: true }],
    ['uuid', './uuid'],
    ['genid', './genid'],
    ['genid_enable', './genid', { kind: 'flag' }],
    ['description', './description', { commas: true }],
    ['os_name', ''],
    ['os_full_id', ''],
  ],
};

export const EVENTS: ComplexOption = {
  name: 'events',
  positional: [],
  noneIsNothing: true,
  place: '.',
  list: false,
  rows: [
    ['on_poweroff', './on_poweroff', { values: words('destroy restart preserve rename-restart') }],
    ['on_reboot', './on_reboot', { values: words('destroy restart preserve rename-restart') }],
    [
      'on_crash',
      './on_crash',
      { values: words('destroy restart preserve rename-restart coredump-destroy coredump-restart') },
    ],
    ['on_lockfailure', './on_lockfailure', { values: words('poweroff restart pause ignore') }],
  ],
};

export const RESOURCE: ComplexOption = {
  name: 'resource',
  positional: ['partition'],
  noneIsNothing: true,
  place: './resource',
  list: false,
  rows: [
    ['partition', './partition'],
    ['fibrechannel.appid', './fibrechannel/@appid', { commas: true }],
  ],
};

export const FEATURES: ComplexOption = {
  name: 'features',
  positional: [],
  noneIsNothing: true,
  place: './features',
  list: false,
  rows: [
    ['acpi', './acpi', { kind: 'flag' }],
    ['apic', './apic', { kind: 'flag' }],
    ['pae', './pae', { kind: 'flag' }],
    ['privnet', './privnet', { kind: 'flag' }],
    ['hap', './hap', { kind: 'flag' }],
    ['viridian', './viridian', { kind: 'flag' }],
    ['apic.eoi', './apic/@eoi', { kind: 'on-off', alias: ['eoi'] }],
    ['pmu.state', './pmu/@state', { kind: 'on-off', alias: ['pmu'] }],
    ['hyperv.reset.state', './hyperv/reset/@state', { kind: 'on-off', alias: ['hyperv_reset'] }],
    ['hyperv.vapic.state', './hyperv/vapic/@state', { kind: 'on-off', alias: ['hyperv_vapic'] }],
    ['hyperv.relaxed.state', './hyperv/relaxed/@state', { kind: 'on-off', alias: ['hyperv_relaxed'] }],
    ['hyperv.spinlocks.state', './hyperv/spinlocks/@state', { kind: 'on-off', alias: ['hyperv_spinlocks'] }],
    [
      'hyperv.spinlocks.retries',
      './hyperv/spinlocks/@retries',
      { kind: 'int', alias: ['hyperv_spinlocks_retries'] },
    ],
    ['hyperv.synic.state', './hyperv/synic/@state', { kind: 'on-off', alias: ['hyperv_synic'] }],
    ['vmport.state', './vmport/@state', { kind: 'on-off', alias: ['vmport'] }],
    ['kvm.hidden.state', './kvm/hidden/@state', { kind: 'on-off', alias: ['kvm_hidden'] }],
    ['kvm.hint-dedicated.state', './kvm/hint-dedicated/@state', { kind: 'on-off' }],
    ['kvm.poll-control.state', './kvm/poll-control/@state', { kind: 'on-off' }],
    ['pvspinlock.state', './pvspinlock/@state', { kind: 'on-off' }],
    ['gic.version', './gic/@version', { alias: ['gic_version'] }],
    ['smm.state', './smm/@state', { kind: 'on-off', alias: ['smm'] }],
    ['vmcoreinfo.state', './vmcoreinfo/@state', { kind: 'on-off', alias: ['vmcoreinfo'] }],
    ['ioapic.driver', './ioapic/@driver', { values: words('kvm qemu') }],
  ],
};

export const CLOCK: ComplexOption = {
  name: 'clock',
  positional: [],
  noneIsNothing: true,
  place: './clock',
  list: false,
  rows: [
    ['pit_tickpolicy', '', { values: words('delay catchup merge discard') }],
    ['rtc_tickpolicy', '', { values: words('delay catchup merge discard') }],
    ['platform_present', '', { kind: 'switch' }],
    ['pit_present', '', { kind: 'switch' }],
    ['rtc_present', '', { kind: 'switch' }],
    ['hpet_present', '', { kind: 'switch' }],
    ['tsc_present', '', { kind: 'switch' }],
    ['kvmclock_present', '', { kind: 'switch' }],
    ['hypervclock_present', '', { kind: 'switch' }],
    ['offset', './@offset', { values: words('utc localtime timezone variable') }],
    [
      'timer#.name',
      './timer[#]/@name',
      { values: words('platform pit rtc hpet tsc kvmclock hypervclock armvtimer') },
    ],
    ['timer#.present', './timer[#]/@present', { kind: 'yes-no' }],
    ['timer#.tickpolicy', './timer[#]/@tickpolicy', { values: words('delay catchup merge discard') }],
    ['timer#.track', './timer[#]/@track', { values: words('boot guest wall realtime') }],
    ['timer#.mode', './timer[#]/@mode', { values: words('auto native emulate paravirt smpsafe') }],
    ['timer#.frequency', './timer[#]/@frequency', { kind: 'int' }],
    ['timer#.catchup.threshold', './timer[#]/catchup/@threshold', { kind: 'int' }],
    ['timer#.catchup.slew', './timer[#]/catchup/@slew', { kind: 'int' }],
    ['timer#.catchup.limit', './timer[#]/catchup/@limit', { kind: 'int' }],
  ],
};

export const PM: ComplexOption = {
  name: 'pm',
  positional: [],
  noneIsNothing: true,
  place: './pm',
  list: false,
  rows: [
    ['suspend_to_mem.enabled', './suspend-to-mem/@enabled', { kind: 'yes-no', alias: ['suspend_to_mem'] }],
    ['suspend_to_disk.enabled', './suspend-to-disk/@enabled', { kind: 'yes-no', alias: ['suspend_to_disk'] }],
  ],
};

export const SECLABEL: ComplexOption = {
  name: 'seclabel',
  alias: ['security'],
  positional: [],
  noneIsNothing: true,
  place: './seclabel',
  list: true,
  rows: [
    ['type', './@type', { values: words('dynamic static none') }],
    ['model', './@model'],
    ['relabel', './@relabel', { kind: 'yes-no' }],
    ['label', './label', { commas: true }],
    ['baselabel', './baselabel', { commas: true }],
  ],
};

export const KEYWRAP: ComplexOption = {
  name: 'keywrap',
  positional: [],
  noneIsNothing: true,
  place: './keywrap',
  list: false,
  rows: [
    ['cipher#.name', './cipher[#]/@name', { commas: true }],
    ['cipher#.state', './cipher[#]/@state', { commas: true }],
  ],
};

export const QEMU_COMMANDLINE: ComplexOption = {
  name: 'qemu-commandline',
  positional: [],
  noneIsNothing: true,
  place: './qemu:commandline',
  list: false,
  rows: [
    ['args', '', { commas: true }],
    ['env', '', { commas: true }],
  ],
};

export const LAUNCH_SECURITY: ComplexOption = {
  name: 'launchSecurity',
  alias: ['launchsecurity'],
  positional: ['type'],
  noneIsNothing: true,
  place: './launchSecurity',
  list: false,
  rows: [
    ['type', './@type', { values: words('sev s390-pv') }],
    ['cbitpos', './cbitpos', { kind: 'int' }],
    ['reducedPhysBits', './reducedPhysBits', { kind: 'int' }],
    ['policy', './policy'],
    ['session', './session'],
    ['dhCert', './dhCert'],
    ['kernelHashes', './@kernelHashes', { kind: 'yes-no' }],
  ],
};
