import { type Problem, SpecError } from '../../foundation/errors.ts';
import { readCpuMap } from '../../host/cpu-map.ts';
import type { HostFacts } from '../../host/host-facts.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { MediaFacts } from '../../media/install-media.ts';
import { findOs } from '../../os/find-os.ts';
import { checkCpuLevel } from '../../plan/check-cpu-level.ts';
import { unknownCpuNames } from '../../plan/unknown-cpu-names.ts';
import { cpuPlanOf } from './machine-plan.ts';
import { machineFacts } from './machine-xml.ts';

const X86 = ['x86_64', 'i686'];

/** A CPU model that libvirt does not know. Asked about the domain it tells of features, but of the model only when the domain is started. */
export async function cpuProblems(uri: string, xml: string): Promise<Problem[]> {
  const { arch, cpuMode, cpuModel } = machineFacts(xml);
  if (cpuModel === undefined || cpuMode !== 'custom' || isRemoteUri(uri) || !X86.includes(arch)) return [];
  const map = await readCpuMap();
  return map === undefined ? [] : unknownCpuNames({ model: cpuModel, features: [] }, map, '--cpu');
}

/**
 * A CPU on which the system would die at its first instruction (`spec.cpu-level`), as templates are checked. One that nobody named is
 * libvirt's affair, and so is what a host elsewhere makes of a mode.
 */
export function cpuLevelProblems(
  uri: string,
  xml: string,
  { host, media }: { readonly host: HostFacts; readonly media: MediaFacts | undefined },
): Problem[] {
  const facts = machineFacts(xml);
  const cpu = cpuPlanOf(facts);
  const isNamed = cpu.mode === 'custom' ? cpu.model !== undefined : !isRemoteUri(uri);
  if (!isNamed || facts.arch !== 'x86_64' || /^i[3-6]86$/.test(media?.arch ?? '')) return [];
  const os = media?.osId ?? systemIn(xml);
  try {
    checkCpuLevel(os === undefined ? undefined : findOs(os), cpu, facts.accelerator, host);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return [{ where: '--cpu', problem: error.message, code: error.code }];
  }
}

/** What `--osinfo` left in the domain's metadata: `http://rockylinux.org/rocky/9` is `rocky9`. */
function systemIn(xml: string): string | undefined {
  const [, distribution, release] = /<libosinfo:os id="[^"]*\/([^/"]+)\/([^/"]+)"/.exec(xml) ?? [];
  return distribution === undefined ? undefined : `${distribution}${release}`;
}
