import type { Problem } from '../../foundation/errors.ts';
import { readCpuMap } from '../../host/cpu-map.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import { unknownCpuNames } from '../../plan/unknown-cpu-names.ts';
import { machineFacts } from './machine-xml.ts';

const X86 = ['x86_64', 'i686'];

/** A CPU model that libvirt does not know. Asked about the domain it tells of features, but of the model only when the domain is started. */
export async function cpuProblems(uri: string, xml: string): Promise<Problem[]> {
  const { arch, cpuMode, cpuModel } = machineFacts(xml);
  if (cpuModel === undefined || cpuMode !== 'custom' || isRemoteUri(uri) || !X86.includes(arch)) return [];
  const map = await readCpuMap();
  return map === undefined ? [] : unknownCpuNames({ model: cpuModel, features: [] }, map, '--cpu');
}
