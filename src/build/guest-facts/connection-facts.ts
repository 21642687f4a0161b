import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type {
  ConnectionFacts,
  GuestFacts,
  HostCapabilities,
  PoolFact,
} from '../../virt-install/guest/guest-facts.ts';
import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { LibvirtAnswers } from './libvirt-memory.ts';

/** What has to be asked of libvirt now, since it changes: names in use, and volumes of its pools. */
export type LiveAnswers = {
  readonly takenNames: readonly string[];
  readonly pools: readonly PoolFact[];
  /** Of a host that is not this one: what it has at the places the command line names. */
  readonly elsewhere?: Pick<GuestFacts, 'pools' | 'defaultPool' | 'paths'>;
};

/** What names the libvirt that is used, in problems with it. */
export const connectWord = ({ values }: Pick<VirtInstallOptions, 'values'>): string =>
  values.connect === undefined ? 'libvirt' : '--connect';

export function connectionFacts(uri: string): ConnectionFacts {
  const driver = uri.startsWith('qemu') ? 'qemu' : uri.startsWith('test') ? 'test' : 'other';
  return { driver, remote: isRemoteUri(uri), privileged: !isSessionUri(uri) };
}

/** Without KVM where no guest comes up on it, unless it is asked for by name or nothing is to differ from virt-install. */
export function withUsableTypes(
  answers: Pick<LibvirtAnswers, 'host' | 'kvmWorks'>,
  options: VirtInstallOptions,
): HostCapabilities {
  const asked = options.values['virt-type'] === 'kvm' || options.flags.includes('pure');
  if (answers.kvmWorks || asked) return answers.host;
  const guests = answers.host.guests.map((guest) => ({
    ...guest,
    domains: guest.domains.filter(({ type }) => type !== 'kvm'),
  }));
  return { ...answers.host, guests };
}
