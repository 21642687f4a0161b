import { childOf, type XmlNode } from '../../foundation/xml-node.ts';
import { given, usesOf } from '../virt-install-options.ts';
import { devicesOf, type Guest, read } from './guest.ts';

/** What libvirt refuses in any domain, told before volumes are made for it (domain_conf.c and domain_validate.c of libvirt). */
export function checkDomain(guest: Guest): void {
  const add = (where: string, problem: string): unknown => guest.problems.push({ where, problem });
  const uuid = read(guest.root, './uuid');
  if (uuid !== undefined && uuid !== '' && !isUuid(uuid)) {
    add(
      whereOfUuid(guest, uuid),
      `"${uuid}" is no UUID: 32 hexadecimal digits, e.g. ${guest.facts.newUuid()}`,
    );
  }
  checkVcpus(guest, add);
  for (const name of twice(devicesOf(guest, 'disk').map((node) => read(node, './target/@dev')))) {
    add(`--disk target.dev=${name}`, 'is named twice; give each disk a target of its own, or leave it out');
  }
  for (const mac of devicesOf(guest, 'interface').map((node) => read(node, './mac/@address'))) {
    if (mac !== undefined && isMulticast(mac)) {
      add(
        `--network mac=${mac}`,
        'is a multicast address; its first byte must be even, as in 52:54:00:12:34:56',
      );
    }
  }
}

/** Several options say it. */
function whereOfUuid({ options }: Guest, uuid: string): string {
  const says = (option: string, name: string): boolean =>
    usesOf(options, option).some((use) => given(use, name) === uuid);
  if (says('sysinfo', 'system.uuid')) return '--sysinfo system.uuid';
  return says('metadata', 'uuid') ? '--metadata uuid' : '--uuid';
}

function checkVcpus({ root }: Guest, add: (where: string, problem: string) => unknown): void {
  const node: XmlNode | undefined = childOf(root, 'vcpu');
  const current = node?.attributes.get('current');
  if (node === undefined || current === undefined || Number(current) <= Number(node.text)) return;
  add('--vcpus', `starts with ${current} processors and may have ${node.text}; maxvcpus= must not be less`);
}

const isUuid = (text: string): boolean => /^[0-9a-f]{32}$/i.test(text.replaceAll('-', ''));

const isMulticast = (mac: string): boolean => Number.parseInt(mac, 16) % 2 === 1;

function twice(names: readonly (string | undefined)[]): readonly string[] {
  const given = names.filter((name) => name !== undefined);
  return [...new Set(given.filter((name, index) => given.indexOf(name) < index))];
}
