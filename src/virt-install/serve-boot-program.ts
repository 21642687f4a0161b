import { childOf, childrenOf, type XmlNode, xmlNode } from '../foundation/xml-node.ts';
import { QEMU_NAMESPACE } from './namespaces.ts';

/** What user-mode networking's TFTP server offers, as absolute paths. */
export type BootProgram = {
  readonly folder: string;
  /** Relative to the folder; a DHCP answer names it. */
  readonly file: string;
};

const NETDEV = 'kiln-tftp';
const ALIAS = 'ua-kiln-tftp';

/**
 * Has the guest's first user-mode interface offer a boot program. libvirt has no words for that server, so QEMU is told itself
 * (qemu(1), `-netdev user`): a second back end takes the place of libvirt's, by `<qemu:override>` (libvirt 8.2); the card stays as it is.
 * @returns false where no interface is on user-mode networking
 */
export function serveBootProgram(domain: XmlNode, { folder, file }: BootProgram): boolean {
  const devices = childOf(domain, 'devices');
  const card = devices && childrenOf(devices, 'interface').find(isUserMode);
  if (card === undefined) return false;
  domain.attributes.set('xmlns:qemu', QEMU_NAMESPACE);
  const words = `user,id=${NETDEV},tftp=${escaped(folder)},bootfile=${escaped(file)}`;
  const added = ['-netdev', words].map((value) => xmlNode('qemu:arg', { value }));
  const override = xmlNode('qemu:device', { alias: aliasOf(card) }, [
    xmlNode('qemu:frontend', {}, [
      xmlNode('qemu:property', { name: 'netdev', type: 'string', value: NETDEV }),
    ]),
  ]);
  const commandLine = childOf(domain, 'qemu:commandline');
  if (commandLine === undefined) domain.children.push(xmlNode('qemu:commandline', {}, added));
  else commandLine.children.push(...added);
  domain.children.push(xmlNode('qemu:override', {}, [override]));
  return true;
}

const isUserMode = ({ attributes }: XmlNode): boolean => attributes.get('type') === 'user';

/** A comma in a value is written twice. */
const escaped = (value: string): string => value.replaceAll(',', ',,');

/** The name by which the override finds the card: its own, or one that libvirt leaves to users. */
function aliasOf(card: XmlNode): string {
  const own = childOf(card, 'alias')?.attributes.get('name');
  if (own !== undefined) return own;
  card.children.push(xmlNode('alias', { name: ALIAS }));
  return ALIAS;
}
