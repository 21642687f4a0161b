import type { Problem } from '../../foundation/errors.ts';
import { parseXml } from '../../foundation/parse-xml.ts';
import { childOf, writeXml, type XmlNode } from '../../foundation/xml-node.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import { hasCode, LIBVIRT_ERRORS, LibvirtError } from '../../libvirt/libvirt-error.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';

/** Refusals of the XML itself; others may be about the question, not the domain. */
const OF_THE_XML = [
  LIBVIRT_ERRORS.xml,
  LIBVIRT_ERRORS.xmlDetail,
  LIBVIRT_ERRORS.invalidArgument,
  LIBVIRT_ERRORS.configUnsupported,
];

/** An emulator that is none is an internal error of libvirt's, or one of the system (qemu_capabilities.c). */
const OF_THE_EMULATOR = /\bQEMU binary\b/;

/** What libvirt would say only when the domain is started or defined, which is after its storage was made. */
export async function definitionProblems(
  connection: Pick<LibvirtConnection, 'checkDomainXml'>,
  { install, final }: Pick<MachineXml, 'install' | 'final'>,
  originOf: MachineRequest['originOf'],
): Promise<Problem[]> {
  const problems = new Map<string, Problem>();
  for (const xml of [install, final]) {
    if (xml === undefined) continue;
    const message = await refusalOf(connection, checkable(xml));
    if (message === undefined) continue;
    const remedy = /\bTPM\b/.test(message) ? `; ${TPM_REMEDY}` : '';
    problems.set(message, {
      where: originOf(message) ?? 'The finished XML',
      problem: `libvirt refuses it: ${message}${remedy}`,
    });
  }
  return [...problems.values()];
}

/** Of an emulated one libvirt says only that its version is not supported. */
const TPM_REMEDY = 'install swtpm on the machine that runs the guest, or leave the TPM out (--tpm none)';

async function refusalOf(
  connection: Pick<LibvirtConnection, 'checkDomainXml'>,
  xml: string,
): Promise<string | undefined> {
  try {
    await connection.checkDomainXml(xml);
    return undefined;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    const message = error.message.trim();
    return OF_THE_EMULATOR.test(message) || hasCode(error, ...OF_THE_XML) ? message : undefined;
  }
}

/** Kinds of network cards that libvirt is known to answer about; for one passed through, libvirt 9.0 ends its daemon. */
const KNOWN_CARDS = ['user', 'network', 'bridge', 'direct', 'ethernet'];

/**
 * Without what the question itself stumbles over: devices of the host, which libvirt looks up only for a start, volumes that are still to be
 * made, and the UUID, which is looked at by itself.
 */
function checkable(xml: string): string {
  const domain = parseXml(xml);
  domain.children = domain.children.filter(({ name }) => name !== 'uuid');
  const devices = childOf(domain, 'devices');
  if (devices !== undefined) devices.children = devices.children.filter((device) => !isPassedOver(device));
  return writeXml(domain);
}

function isPassedOver({ name, attributes }: XmlNode): boolean {
  const type = attributes.get('type') ?? '';
  if (name === 'interface') return !KNOWN_CARDS.includes(type);
  return name === 'hostdev' || (name === 'disk' && type === 'volume');
}
