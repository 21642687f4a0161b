import { specErrorOf } from '../../foundation/errors.ts';
import { suggestion } from '../../foundation/nearest-word.ts';
import type { OsFacts } from '../../osinfo/os-facts.ts';
import { given, switchOf, usesOf, type VirtInstallOptions } from '../virt-install-options.ts';
import type { ConnectionFacts, GuestCapabilities, HostCapabilities, Machine } from './guest-facts.ts';
import { likesQ35 } from './os-support.ts';

/** What runs the guest: enough to ask libvirt for the domain capabilities. */
export type Hypervisor = {
  readonly type: string;
  readonly osType: string;
  readonly arch: string;
  readonly machine: string;
  readonly emulator?: string;
  readonly capabilities: GuestCapabilities;
};

export type HypervisorProblem = { readonly where: string; readonly problem: string };

/** What runs the guest, and what was asked for and cannot be had: there the host's own takes its place, so that the rest can be checked. */
export type ChosenHypervisor = {
  readonly hypervisor: Hypervisor;
  readonly problems: readonly HypervisorProblem[];
};

/**
 * The type, architecture, machine and emulator that the options and the host's capabilities give: KVM before emulation, the host's own
 * architecture, q35 for systems that can use it.
 * @throws SpecError `spec.invalid` when the host can run nothing
 */
export function chooseHypervisor(
  options: VirtInstallOptions,
  host: HostCapabilities,
  os: OsFacts,
  connection: ConnectionFacts,
): ChosenHypervisor {
  const problems: HypervisorProblem[] = [];
  for (let asked = askedFor(options); ; ) {
    const found = findHypervisor(asked, host, os, connection);
    if (!('problem' in found)) return { hypervisor: found, problems };
    problems.push(found);
    const rest = without(asked, found.where);
    if (rest === undefined) throw specErrorOf('The command line', problems);
    asked = rest;
  }
}

/** A machine belongs to its architecture, so that it goes along. */
function without(asked: Asked, where: string): Asked | undefined {
  const { arch, machine, type, ...rest } = asked;
  if (where === '--arch') return arch === undefined ? undefined : { ...rest, type };
  if (where === '--virt-type') return type === undefined ? undefined : { ...rest, arch, machine };
  return machine === undefined ? undefined : { ...rest, arch, type };
}

function findHypervisor(
  asked: Asked,
  host: HostCapabilities,
  os: OsFacts,
  connection: ConnectionFacts,
): Hypervisor | HypervisorProblem {
  const guest = findGuest(host, asked.arch);
  if (guest === undefined) {
    const archs = host.guests.filter(({ osType }) => osType === 'hvm').map(({ arch }) => arch);
    const known = `This host has ${archs.join(', ')}.`;
    return {
      where: '--arch',
      problem: `"${asked.arch ?? host.arch}" cannot be run here. ${known}${suggestion(asked.arch ?? '', archs)}`,
    };
  }
  const domain = findDomain(guest, asked.type, asked.machine);
  if (domain === undefined) return problemOf(guest, asked.type, asked.machine);
  const machines = domain.machines.length > 0 ? domain.machines : guest.machines;
  const emulator = asked.emulator ?? domain.emulator ?? guest.emulator;
  const chosen = asked.machine ?? defaultMachine(guest.arch, namesOf(machines), os, connection);
  return {
    type: domain.type,
    osType: guest.osType,
    arch: guest.arch,
    machine: asked.refresh ? newest(chosen, machines) : chosen,
    ...(emulator === undefined ? {} : { emulator }),
    capabilities: guest,
  };
}

type Asked = {
  readonly arch?: string | undefined;
  readonly machine?: string | undefined;
  readonly type?: string | undefined;
  readonly emulator?: string | undefined;
  readonly refresh: boolean;
};

function askedFor(options: VirtInstallOptions): Asked {
  const boot = (name: string): string | undefined =>
    usesOf(options, 'boot')
      .map((use) => given(use, name))
      .findLast((value) => value !== undefined);
  const { arch, machine } = options.values;
  return {
    arch: boot('arch') ?? arch,
    machine: boot('machine') ?? machine,
    type: (boot('domain_type') ?? options.values['virt-type'])?.toLowerCase(),
    emulator: boot('emulator'),
    refresh: usesOf(options, 'boot').some((use) => switchOf(use, 'refresh-machine-type') === true),
  };
}

function findGuest(host: HostCapabilities, arch: string | undefined): GuestCapabilities | undefined {
  const full = host.guests.filter(({ osType }) => osType === 'hvm');
  if (arch !== undefined) return full.find((guest) => guest.arch === arch);
  return full.find((guest) => guest.arch === host.arch) ?? full[0];
}

function findDomain(guest: GuestCapabilities, type: string | undefined, machine: string | undefined) {
  const fitting = guest.domains.filter((domain) => {
    const machines = domain.machines.length > 0 ? domain.machines : guest.machines;
    return (
      (type === undefined || domain.type === type) &&
      (machine === undefined || namesOf(machines).includes(machine))
    );
  });
  return (
    fitting.find((domain) => domain.type === 'kvm') ??
    fitting.find((domain) => domain.type === 'qemu') ??
    fitting.at(-1)
  );
}

function problemOf(
  guest: GuestCapabilities,
  type: string | undefined,
  machine: string | undefined,
): HypervisorProblem {
  const types = guest.domains.map((domain) => domain.type);
  if (type !== undefined && !types.includes(type)) {
    const problem = `"${type}" is not one of ${types.join(', ')}, which libvirt has for ${guest.arch}.${suggestion(type, types)}`;
    return { where: '--virt-type', problem };
  }
  const machines = namesOf([...guest.machines, ...guest.domains.flatMap((domain) => domain.machines)]);
  const aliases = machines.filter((name) => !/\d\.\d/.test(name));
  const problem = `"${machine}" is no machine of ${guest.arch}, which has ${aliases.join(', ')} and their versions.`;
  return { where: '--machine', problem: problem + suggestion(machine ?? '', machines) };
}

/** With the canonical name each alias stands for. */
function namesOf(machines: readonly Machine[]): string[] {
  const names = machines.flatMap(({ name, canonical }) =>
    canonical === undefined ? [name] : [name, canonical],
  );
  return [...new Set(names)];
}

/** `pc-q35-6.2` → `q35`: the name that always means the newest version. */
function newest(machine: string, machines: readonly Machine[]): string {
  const aliases = machines.filter(({ canonical }) => canonical !== undefined).map(({ name }) => name);
  const prefix = (alias: string): string =>
    alias === 'pc' ? 'pc-i440fx-' : alias === 'q35' ? 'pc-q35-' : `${alias}-`;
  return aliases.find((alias) => machine.startsWith(prefix(alias))) ?? machine;
}

const RECOMMENDED: Readonly<Record<string, readonly string[]>> = {
  ppc64: ['pseries'],
  ppc64le: ['pseries'],
  armv7l: ['virt', 'vexpress-a15'],
  aarch64: ['virt'],
  s390x: ['s390-ccw-virtio'],
  riscv64: ['virt'],
  riscv32: ['virt'],
};

function defaultMachine(
  arch: string,
  machines: readonly string[],
  os: OsFacts,
  connection: ConnectionFacts,
): string {
  const recommended = RECOMMENDED[arch]?.find((name) => machines.includes(name));
  if (recommended !== undefined && connection.driver !== 'other') return recommended;
  const isX86 = arch === 'x86_64' || arch === 'i686';
  const q35 = isX86 && connection.driver === 'qemu' && machines.includes('q35') && likesQ35(os);
  return q35 ? 'q35' : (machines[0] ?? '');
}
