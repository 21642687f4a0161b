import type { Problem } from '../../foundation/errors.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import { macAddressesOf } from './machine-xml.ts';

/** What the connection cannot do for this machine, each with the remedy. */
export function connectionProblems(
  { uri }: Pick<LibvirtConnection, 'uri'>,
  request: Pick<MachineRequest, 'life' | 'media' | 'cloudInit'>,
  isRoot: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const say = (where: string, problem: string): unknown => problems.push({ where, problem });
  const bootsFiles = request.media.kind === 'location' || request.media.kind === 'kernel';
  const { capture } = request.life;
  if (isRemoteUri(uri)) {
    if (request.media.kind === 'pxe' && request.media.servesFiles) {
      const instead = 'use --network with a boot server of that host';
      say('--tftp', `its folder is one of this machine, which ${uri} cannot see; ${instead}`);
    }
    return problems;
  }
  if (isRoot || isSessionUri(uri)) return problems;
  const remedy = 'use --connect qemu:///session, or run Kiln as root';
  if (capture) say('--connect', `disks of ${uri} can be read by root alone; ${remedy}, or add --no-capture`);
  if (bootsFiles) say('--location', `${uri} runs QEMU as a user who cannot read its kernel; ${remedy}`);
  if (request.cloudInit !== undefined)
    say('--cloud-init', `${uri} runs QEMU as a user who cannot read its ISO; ${remedy}`);
  return problems;
}

/** What a disk on a host elsewhere lies on is not fetched with it. */
export function overlayProblems(
  { uri }: Pick<LibvirtConnection, 'uri'>,
  { disks }: Pick<MachineXml, 'disks'>,
): Problem[] {
  if (!isRemoteUri(uri)) return [];
  return disks
    .filter(({ create }) => create?.backing !== undefined)
    .map(({ request }) => ({
      where: request.label,
      problem: `an overlay on ${uri} cannot be fetched without what it lies on; leave backing_store= out, or add --no-capture`,
    }));
}

/** What libvirt reads as one: hyphens may stand anywhere (virUUIDParse). */
const isUuid = (text: string): boolean => /^\s*(?:[0-9a-f]-*){32}$/i.test(text);

/** Names and addresses that are taken, or are none. */
export async function identityProblems(
  connection: LibvirtConnection,
  machine: Pick<MachineXml, 'name' | 'uuid' | 'final'>,
  checks: { readonly macInUse: boolean },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const { name, uuid } = machine;
  const namesake = await connection.lookupByName(name);
  if (namesake !== undefined) {
    const remedy = `choose another name, or remove that one first (virsh undefine ${name})`;
    problems.push({ where: '--name', problem: `a domain called ${name} exists already; ${remedy}` });
  }
  const twin = isUuid(uuid) ? await connection.lookupByUuid(uuid) : undefined;
  if (!isUuid(uuid)) {
    const problem = `"${uuid}" is not a UUID; write 32 hexadecimal digits, or leave it out`;
    problems.push({ where: '--uuid', problem });
  } else if (twin !== undefined && twin.name !== namesake?.name) {
    const problem = `the domain ${twin.name} has ${uuid}; choose another, or leave it out`;
    problems.push({ where: '--uuid', problem });
  }
  if (checks.macInUse) problems.push(...(await macProblems(connection, machine.final)));
  return problems;
}

async function macProblems(connection: LibvirtConnection, final: string): Promise<Problem[]> {
  const own = new Set(macAddressesOf(final));
  if (own.size === 0) return [];
  const problems: Problem[] = [];
  for (const { uuid, name } of await connection.listDomains()) {
    const xml = await connection.getXml(uuid, { inactive: true });
    for (const address of macAddressesOf(xml)) {
      if (!own.has(address)) continue;
      const problem = `the domain ${name} has this address; choose another, or add --check mac_in_use=off`;
      problems.push({ where: `--network mac=${address}`, problem });
    }
  }
  return problems;
}
