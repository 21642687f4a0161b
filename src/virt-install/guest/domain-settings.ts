import { childOf, childrenOf, type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { QEMU_NAMESPACE } from '../namespaces.ts';
import { complexOption } from '../options/all-options.ts';
import { splitWords } from '../split-sub-options.ts';
import { given, type OptionUse, parseSwitch, switchOf } from '../virt-install-options.ts';
import { makeNode } from '../xml-path.ts';
import {
  complain,
  type Guest,
  isQ35,
  isQemu,
  isQemuOrTest,
  isUefi,
  isWindows,
  isX86,
  pathOf,
  read,
  write,
  writeDefault,
} from './guest.ts';
import { singleton } from './processor.ts';
import { takeValues } from './take-values.ts';

/** `--boot`: devices in order, firmware, a kernel to boot directly. */
export function takeBoot(guest: Guest, use: OptionUse): void {
  const os = singleton(guest, 'os');
  const devices = given(use, 'devices')?.split(' ');
  if (devices !== undefined) setBootOrder(guest, devices);
  const { root } = guest;
  // As there, the order of this use goes too.
  if (switchOf(use, 'clearxml') === true) clearBoot(os);
  const onDomain =
    (name: string) =>
    (value: string): void =>
      write(root, name, value);
  takeValues(guest, complexOption('boot'), withoutClear(use), os, {
    bootloader: onDomain('./bootloader'),
    bootloader_args: onDomain('./bootloader_args'),
    domain_type: onDomain('./@type'),
    emulator: onDomain('./devices/emulator'),
    uefi: () => {
      guest.uefiRequested = true;
    },
    initargs: (value) => {
      for (const argument of splitWords(value) ?? []) os.children.push(xmlNode('initarg', {}, argument));
    },
    'refresh-machine-type': () => {},
  });
  if (given(use, 'uefi') !== undefined) guest.uefiRequested = true;
}

/** The kind of guest is the hypervisor's, not `--boot`'s. */
function clearBoot(os: XmlNode): void {
  os.attributes.clear();
  os.children = os.children.filter(({ name }) => name === 'type');
}

function withoutClear({ text, values: { clearxml: _, ...values } }: OptionUse): OptionUse {
  return { text, values };
}

export function setBootOrder(guest: Guest, devices: readonly string[]): void {
  const os = singleton(guest, 'os');
  os.children = [
    ...os.children.filter(({ name }) => name !== 'boot'),
    ...devices.map((dev) => xmlNode('boot', { dev })),
  ];
}

export const bootOrder = (guest: Guest): string[] =>
  childrenOf(singleton(guest, 'os'), 'boot').map((node) => node.attributes.get('dev') ?? '');

/** `--clock`: timers by their name (`rtc_tickpolicy`) or number. */
export function takeClock(guest: Guest, use: OptionUse): void {
  const clock = singleton(guest, 'clock');
  const timer =
    (name: string, attribute: 'tickpolicy' | 'present') =>
    (value: string): void => {
      const word = attribute === 'present' ? (parseSwitch(value) ? 'yes' : 'no') : value;
      write(clock, `./timer[@name='${name}']/@${attribute}`, word);
    };
  const names = ['platform', 'pit', 'rtc', 'hpet', 'tsc', 'kvmclock', 'hypervclock'];
  takeValues(guest, complexOption('clock'), use, clock, {
    pit_tickpolicy: timer('pit', 'tickpolicy'),
    rtc_tickpolicy: timer('rtc', 'tickpolicy'),
    ...Object.fromEntries(names.map((name) => [`${name}_present`, timer(name, 'present')])),
  });
}

/** UTC but for systems that expect the local time, and the timers QEMU's authors advise. */
export function defaultClock(guest: Guest): void {
  const clock = singleton(guest, 'clock');
  const localTime = isWindows(guest) || guest.facts.os.family === 'solaris';
  writeDefault(clock, './@offset', localTime ? 'localtime' : 'utc');
  if (childOf(clock, 'timer') !== undefined || !isX86(guest) || !isQemu(guest)) return;
  clock.children.push(
    xmlNode('timer', { name: 'rtc', tickpolicy: 'catchup' }),
    xmlNode('timer', { name: 'pit', tickpolicy: 'delay' }),
    xmlNode('timer', { name: 'hpet', present: 'no' }),
  );
  if (isWindows(guest)) clock.children.push(xmlNode('timer', { name: 'hypervclock', present: 'yes' }));
}

/** What the hypervisor has on by itself, and for Windows the interfaces of Hyper-V. */
export function defaultFeatures(guest: Guest): void {
  const features = singleton(guest, 'features');
  for (const name of ['acpi', 'apic', 'pae'] as const) {
    const wanted = guest.capabilities.features[name] && !guest.given.has(`features.${name}`);
    if (wanted) makeNode(features, pathOf(`./${name}`));
  }
  if (isWindows(guest) && isQemuOrTest(guest)) {
    writeDefault(features, './hyperv/relaxed/@state', 'on');
    writeDefault(features, './hyperv/vapic/@state', 'on');
    writeDefault(features, './hyperv/spinlocks/@state', 'on');
    writeDefault(features, './hyperv/spinlocks/@retries', 8191);
  }
}

/** A guest that may suspend takes the power button for a wish to sleep. */
export function defaultPm(guest: Guest): void {
  if (!isX86(guest) || !isQemuOrTest(guest)) return;
  const pm = singleton(guest, 'pm');
  writeDefault(pm, './suspend-to-mem/@enabled', 'no');
  writeDefault(pm, './suspend-to-disk/@enabled', 'no');
}

/** `--sysinfo`: uses of one type end in one element; `host` and `emulate` are modes without one. */
export function takeSysinfo(guest: Guest, use: OptionUse): void {
  const type = given(use, 'type') ?? 'smbios';
  const { root } = guest;
  if (type === 'host' || type === 'emulate') {
    write(root, './os/smbios/@mode', type);
    return;
  }
  if (type === 'smbios') write(root, './os/smbios/@mode', 'sysinfo');
  const found = childrenOf(root, 'sysinfo').find((node) => node.attributes.get('type') === type);
  const node = found ?? xmlNode('sysinfo', { type });
  if (found === undefined) root.children.push(node);
  takeValues(guest, complexOption('sysinfo'), use, node, {
    type: () => {},
    'system.uuid': (value) => {
      // libvirt wants them to be the same.
      write(node, "./system/entry[@name='uuid']", value);
      write(root, './uuid', value);
    },
  });
}

/** `--qemu-commandline`: words for QEMU itself, or a variable of its environment. */
export function takeQemuCommandLine(guest: Guest, use: OptionUse): void {
  guest.root.attributes.set('xmlns:qemu', QEMU_NAMESPACE);
  const node = singleton(guest, 'qemu:commandline');
  const env = given(use, 'env');
  const words = splitWords(given(use, 'args') ?? '');
  if (words === undefined) complain(guest, 'qemu-commandline', use, 'has a quote that is not closed');
  for (const value of words ?? []) node.children.push(xmlNode('qemu:arg', { value }));
  const equals = env?.indexOf('=') ?? -1;
  if (env === undefined && use.values.env === undefined) return;
  if (env === undefined || equals < 1)
    complain(guest, 'qemu-commandline', use, 'an environment variable is written env=NAME=VALUE');
  else node.children.push(xmlNode('qemu:env', { name: env.slice(0, equals), value: env.slice(equals + 1) }));
}

/** `--seclabel`: a type without a model takes the host's first, a label tells its model by its form. */
export function defaultSeclabel(guest: Guest, node: XmlNode): void {
  if (!read(node, './@type') && !read(node, './@model')) return;
  writeDefault(node, './@type', 'dynamic');
  writeDefault(node, './@model', securityModel(guest, read(node, './label')));
}

function securityModel({ facts: { host } }: Guest, label: string | undefined): string | undefined {
  if (host.securityModels.includes('testSecurity')) return 'testSecurity';
  if (!label) return host.securityModels[0];
  const parts = label.split(':').length;
  return parts >= 3 ? 'selinux' : parts === 2 ? 'dac' : undefined;
}

export function defaultLaunchSecurity(guest: Guest): void {
  const node = childOf(guest.root, 'launchSecurity');
  if (node?.attributes.get('type') !== 'sev') return;
  if (!isQ35(guest) || !isUefi(guest)) {
    guest.problems.push({ where: '--launchSecurity sev', problem: 'needs --machine q35 and --boot uefi' });
  }
  writeDefault(node, './policy', guest.facts.domain.sevEs ? '0x07' : '0x03');
}
