import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse } from '../virt-install-options.ts';
import { setBootPosition } from './boot-order.ts';
import { devicesNode, type Guest, read, write, writeDefault } from './guest.ts';
import { type OwnValues, takeValues } from './take-values.ts';

/** `host:port`, `host`, `:port` (this host's). */
function splitAddress(text: string): { readonly host?: string; readonly port?: string } {
  const colon = text.indexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? '' : text.slice(colon + 1);
  const named = host === '' && port !== '' ? '127.0.0.1' : host;
  return { ...(named === '' ? {} : { host: named }), ...(port === '' ? {} : { port }) };
}

function writeAddress(node: XmlNode, element: string, text: string, names = ['host', 'service']): void {
  const { host, port } = splitAddress(text);
  if (host !== undefined) write(node, `${element}/@${names[0]}`, host);
  if (port !== undefined) write(node, `${element}/@${names[1]}`, port);
}

/** Addresses of a character device's other end; `place` is the element that holds its `<source>`. */
function sourceValues(node: XmlNode, prefix = '', place = '.'): OwnValues {
  const side = (name: string): string => `${place}/source[@mode='${name}']`;
  return {
    [`${prefix}source.host`]: (value) => writeAddress(node, `${place}/source`, value),
    [`${prefix}source.bind_host`]: (value) => writeAddress(node, side('bind'), value),
    [`${prefix}source.connect_host`]: (value) => writeAddress(node, side('connect'), value),
  };
}

/** `--serial`, `--parallel`, `--channel`, `--console`. */
export function takeCharacter(guest: Guest, option: string, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    if (option === 'console' || option === 'channel') guest.skipped.add(option);
    return;
  }
  const node = xmlNode(option);
  const { type } = use.values;
  if (type) write(node, './@type', type);
  const binds = given(use, 'source.mode') === 'bind' && given(use, 'source.bind_host') === undefined;
  // virt-install gives these a mode before it writes the side they connect to, which then is a second source.
  const needsMode = type === 'unix' || type === 'tcp';
  const host = given(use, 'host');
  const address = given(use, 'source.bind_host') ?? (binds ? host : undefined);
  if (address !== undefined) writeAddress(node, "./source[@mode='bind']", address);
  if (needsMode && given(use, 'source.mode') === undefined) write(node, './source/@mode', 'bind');
  takeValues(guest, complexOption(option), use, node, {
    ...sourceValues(node),
    'source.bind_host': () => {},
    host: (value) => {
      if (!binds) writeAddress(node, "./source[@mode='connect']", value);
    },
    'target.address': (value) => writeAddress(node, './target', value, ['address', 'port']),
  });
  devicesNode(guest).children.push(node);
}

const SPICE_AGENT = 'com.redhat.spice.0';

export function defaultCharacter(node: XmlNode): void {
  const type = read(node, './@type');
  if (type === 'unix' || type === 'tcp') writeDefault(node, './source/@mode', 'bind');
  if (node.name === 'channel') writeDefault(node, './target/@type', 'virtio');
  if (type === 'spicevmc' || type === 'qemu-vdagent') writeDefault(node, './target/@name', SPICE_AGENT);
}

export function takeSmartcard(guest: Guest, use: OptionUse): void {
  const node = xmlNode('smartcard');
  takeValues(guest, complexOption('smartcard'), use, node, sourceValues(node));
  devicesNode(guest).children.push(node);
}

export function defaultSmartcard(node: XmlNode): void {
  writeDefault(node, './@mode', 'passthrough');
  writeDefault(node, './@type', read(node, './@mode') === 'passthrough' ? 'spicevmc' : 'tcp');
}

export function takeRedirdev(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    guest.skipped.add('redirdev');
    return;
  }
  const node = xmlNode('redirdev');
  takeValues(guest, complexOption('redirdev'), use, node, {
    ...sourceValues(node),
    'boot.order': (value) => setBootPosition(guest, node, Number(value)),
    server: (value) => writeAddress(node, './source', value),
  });
  devicesNode(guest).children.push(node);
}

export function defaultRedirdev(node: XmlNode): void {
  writeDefault(node, './@bus', 'usb');
  writeDefault(node, './@type', 'spicevmc');
}

/** `--rng /dev/random` names a device, `--rng egd,…` a kind of source. */
export function takeRng(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    guest.skipped.add('rng');
    return;
  }
  const node = xmlNode('rng');
  const model = use.values['backend.model'] ?? '';
  const values = model.startsWith('/')
    ? { ...use.values, 'backend.model': 'random', backend: model }
    : use.values;
  takeValues(guest, complexOption('rng'), { ...use, values }, node, {
    ...sourceValues(node, 'backend.', './backend'),
  });
  devicesNode(guest).children.push(node);
}
