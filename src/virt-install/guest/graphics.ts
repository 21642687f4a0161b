import { type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse } from '../virt-install-options.ts';
import {
  complain,
  devicesNode,
  type Guest,
  hasGl,
  hasSpice,
  isArmVirt,
  isPcie,
  isPseries,
  isQemu,
  isQemuOrTest,
  isRiscvVirt,
  isS390x,
  isUefi,
  isX86,
  read,
  write,
  writeDefault,
} from './guest.ts';
import { osHas } from './os-support.ts';
import { takeValues } from './take-values.ts';

/** `--graphics`: a screen that can be watched, or none. */
export function takeGraphics(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    guest.skipped.add('graphics');
    return;
  }
  const node = xmlNode('graphics');
  const port =
    (name: string) =>
    (value: string): void => {
      const number = Number(value);
      if (number === -1 || (Number.isInteger(number) && number >= 5900 && number <= 65535))
        write(node, `./@${name}`, value);
      else
        complain(
          guest,
          'graphics',
          use,
          `${name}=${value} must be from 5900 to 65535, or -1 for any free one`,
        );
    };
  takeValues(guest, complexOption('graphics'), use, node, {
    type: (value) => {
      if (value !== 'default') write(node, './@type', value);
    },
    port: port('port'),
    tlsPort: port('tlsPort'),
    listen: (value) => takeListen(node, value),
    keymap: (value) => {
      if (!['local', 'none'].includes(value.toLowerCase())) write(node, './@keymap', value);
    },
  });
  devicesNode(guest).children.push(node);
}

/** `none` and `socket` are kinds of listening, everything else is an address. */
function takeListen(node: XmlNode, value: string): void {
  node.children = node.children.filter(({ name }) => name !== 'listen');
  if (value === 'none') {
    for (const name of ['listen', 'port', 'tlsPort', 'autoport', 'socket']) node.attributes.delete(name);
  }
  if (value === 'none' || value === 'socket') node.children.push(xmlNode('listen', { type: value }));
  else node.attributes.set('listen', value);
}

export function defaultGraphics(guest: Guest, node: XmlNode): void {
  writeDefault(node, './@type', defaultType(guest));
  const type = read(node, './@type');
  const listen = read(node, './listen/@type');
  const needsPort = listen === undefined || listen === 'address' || listen === 'network';
  if (needsPort && (type === 'vnc' || type === 'spice')) writeDefault(node, './@port', -1);
  if (needsPort && type === 'spice') writeDefault(node, './@tlsPort', -1);
  if (type === 'sdl') {
    writeDefault(node, './@xauth', `${guest.facts.home}/.Xauthority`);
    writeDefault(node, './@display', guest.facts.display);
  }
  if (type !== 'spice') return;
  const isAny = read(node, './@port') === '-1' && read(node, './@tlsPort') === '-1';
  if (isAny) writeDefault(node, './@autoport', 'yes');
  if (!guest.facts.connection.remote) writeDefault(node, './image/@compression', 'off');
  if (read(node, './gl/@enable') === 'yes') writeDefault(node, './gl/@rendernode', guest.facts.renderNode);
}

/** SPICE where QEMU has it. */
function defaultType(guest: Guest): string {
  const { graphicsTypes } = guest.facts.domain;
  const byHost = isQemuOrTest(guest) && ['i686', 'x86_64'].includes(guest.facts.host.arch);
  return (graphicsTypes?.includes('spice') ?? byHost) ? 'spice' : 'vnc';
}

export function defaultVideo(guest: Guest, node: XmlNode): void {
  writeDefault(node, './model/@type', defaultVideoModel(guest));
  const isVirtio = read(node, './model/@type') === 'virtio';
  if (isVirtio && hasGl(guest)) write(node, './model/acceleration/@accel3d', 'yes');
}

function defaultVideoModel(guest: Guest): string {
  const models = guest.facts.domain.videoModels;
  if (isPseries(guest)) return 'vga';
  if (isArmVirt(guest) || isRiscvVirt(guest) || (isS390x(guest) && isQemu(guest))) return 'virtio';
  if (hasSpice(guest) && hasGl(guest)) return 'virtio';
  if (models?.includes('virtio') && osHas(guest, 'gpu')) return 'virtio';
  const hasQxl = models?.includes('qxl') ?? defaultType(guest) === 'spice';
  if (isX86(guest) && hasSpice(guest) && hasQxl) return 'qxl';
  return isUefi(guest) && models?.includes('bochs') ? 'bochs' : 'vga';
}

export function takeSound(guest: Guest, use: OptionUse): void {
  if (given(use, 'none') !== undefined) {
    guest.skipped.add('sound');
    return;
  }
  const node = xmlNode('sound');
  takeValues(guest, complexOption('sound'), use, node);
  devicesNode(guest).children.push(node);
}

export function defaultSound(guest: Guest, node: XmlNode): void {
  writeDefault(node, './@model', isPcie(guest) ? 'ich9' : 'ich6');
}
