import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse, parseSwitch } from '../virt-install-options.ts';
import { setBootPosition } from './boot-order.ts';
import { complain, devicesNode, type Guest, isQ35, isX86, read, write, writeDefault } from './guest.ts';
import { hasVirtio, osHas } from './os-support.ts';
import { takeValues } from './take-values.ts';

const SOURCES: Readonly<Record<string, string>> = { network: 'network', bridge: 'bridge', direct: 'dev' };

/** `--network`: `network=NAME` and `bridge=NAME` are short for a type with its source. */
export function takeInterface(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) return;
  const node = xmlNode('interface');
  const values = withType(use.values);
  takeValues(guest, complexOption('network'), { ...use, values }, node, {
    'boot.order': (value) => setBootPosition(guest, node, Number(value)),
    type: (value) => {
      if (value === 'default') chooseSource(guest, node);
      else write(node, './@type', value);
    },
    source: (value) => {
      const attribute = SOURCES[read(node, './@type') ?? ''];
      if (attribute !== undefined) write(node, `./source/@${attribute}`, value);
    },
    'mac.address': (value) => takeMac(guest, use, node, value),
    'link.state': (value) => {
      const isUp = value === 'up' || parseSwitch(value) === true;
      write(node, './link/@state', isUp ? 'up' : 'down');
    },
  });
  devicesNode(guest).children.push(node);
}

function withType({ network, bridge, ...values }: OptionUse['values']): OptionUse['values'] {
  if (values.type !== undefined) return values;
  if (network !== undefined) return { ...values, type: 'network', source: network };
  return bridge === undefined ? values : { ...values, type: 'bridge', source: bridge };
}

function takeMac(guest: Guest, use: OptionUse, node: XmlNode, value: string): void {
  if (value === 'RANDOM') return;
  const isMac = /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(value);
  if (isMac) write(node, './mac/@address', value);
  else complain(guest, 'network', use, `mac="${value}" is no MAC address such as 52:54:00:12:34:56`);
}

/** User-mode networking needs no privilege; a privileged libvirt has the host's bridge or its own network. */
function chooseSource({ facts: { connection, defaultBridge } }: Guest, node: XmlNode): void {
  const unprivileged = connection.driver === 'test' || !connection.privileged;
  if (unprivileged) write(node, './@type', 'user');
  else if (defaultBridge !== undefined) {
    write(node, './@type', 'bridge');
    write(node, './source/@bridge', defaultBridge);
  } else {
    write(node, './@type', 'network');
    write(node, './source/@network', 'default');
  }
}

export function defaultInterface(guest: Guest, node: XmlNode): void {
  writeDefault(node, './@type', 'bridge');
  writeDefault(node, './mac/@address', guest.facts.newMac());
  if (read(node, './@type') === 'bridge') writeDefault(node, './source/@bridge', guest.facts.defaultBridge);
  writeDefault(node, './model/@type', defaultModel(guest));
}

function defaultModel(guest: Guest): string | undefined {
  if (hasVirtio(guest, 'network')) return 'virtio';
  if (isQ35(guest)) return 'e1000e';
  if (!isX86(guest)) return undefined;
  const models = ['e1000', 'rtl8139', 'ne2k_pci', 'pcnet'] as const;
  return models.find((model) => osHas(guest, model)) ?? 'e1000';
}
