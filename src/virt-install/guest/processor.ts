import { childOf, childrenOf, type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { complexOption } from '../options/all-options.ts';
import { given, type OptionUse, switchOf, usesOf } from '../virt-install-options.ts';
import { pruneEmpty, removeAt } from '../xml-path.ts';
import { complain, domainType, type Guest, isX86, pathOf, read, write } from './guest.ts';
import { takeValues } from './take-values.ts';

/** The singleton below the domain, made when it is not there yet. */
export function singleton(guest: Guest, name: string): XmlNode {
  const found = childOf(guest.root, name);
  if (found !== undefined) return found;
  const made = xmlNode(name);
  guest.root.children.push(made);
  return made;
}

const SPECIAL = [
  'host-model-only',
  'hv-default',
  'host-copy',
  'host-model',
  'host-passthrough',
  'maximum',
  'clear',
  'default',
];

/** `--cpu`: modes by name, models with the host's protections against CPU vulnerabilities, features. */
export function takeCpu(guest: Guest, use: OptionUse): void {
  const cpu = singleton(guest, 'cpu');
  const addFeatures =
    (policy: string) =>
    (names: string): void => {
      for (const name of names.split(' ')) setFeature(cpu, name, policy);
    };
  takeValues(guest, complexOption('cpu'), use, cpu, {
    secure: (value) => {
      guest.secureCpu = switchOf({ text: '', values: { secure: value } }, 'secure') ?? true;
    },
    model: (value) => chooseModel(guest, cpu, value),
    force: addFeatures('force'),
    require: addFeatures('require'),
    optional: addFeatures('optional'),
    disable: addFeatures('disable'),
    forbid: addFeatures('forbid'),
  });
}

function setFeature(cpu: XmlNode, name: string, policy: string): void {
  const found = childrenOf(cpu, 'feature').find((feature) => feature.attributes.get('name') === name);
  if (found === undefined) cpu.children.push(xmlNode('feature', { policy, name }));
  else found.attributes.set('policy', policy);
}

function chooseModel(guest: Guest, cpu: XmlNode, typed: string): void {
  const word = typed === 'host' ? 'host-model' : typed === 'none' ? 'clear' : typed;
  if (SPECIAL.includes(word)) chooseMode(guest, cpu, word);
  else setModel(guest, cpu, word);
}

function chooseMode(guest: Guest, cpu: XmlNode, word: string): void {
  guest.cpuModeChosen = true;
  const mode = word === 'default' ? defaultMode(guest) : word;
  if (mode === 'host-model' || mode === 'host-passthrough' || mode === 'maximum') {
    cpu.children = cpu.children.filter(({ name }) => !['model', 'vendor', 'feature'].includes(name));
    for (const attribute of ['migratable', 'check']) cpu.attributes.delete(attribute);
    cpu.attributes.set('mode', mode);
    return;
  }
  const { cpuModel } = guest.facts.host;
  const toModel = mode === 'host-model-only' || mode === 'host-copy';
  if (toModel && cpuModel === undefined) return;
  cpu.attributes.clear();
  cpu.children = [];
  if (toModel && cpuModel !== undefined) setModel(guest, cpu, cpuModel);
}

/** The fastest that is safe: host-passthrough where it can be migrated, else host-model, else the host's named model. */
function defaultMode({ facts: { domain } }: Guest): string {
  if (domain.cpuModes.passthrough) return 'host-passthrough';
  return domain.cpuModes.hostModel ? 'host-model' : 'host-model-only';
}

function setModel(guest: Guest, cpu: XmlNode, model: string): void {
  cpu.attributes.set('mode', 'custom');
  if (!cpu.attributes.has('match')) cpu.attributes.set('match', 'exact');
  const protections = guest.facts.domain.securityFeatures;
  if (guest.secureCpu) {
    const has = (name: string): boolean =>
      childrenOf(cpu, 'feature').some((feature) => feature.attributes.get('name') === name);
    for (const name of protections) if (!has(name)) setFeature(cpu, name, 'require');
  }
  write(cpu, './model', model);
}

/** KVM guests get the host's processor; under emulation QEMU's default stays. */
export function defaultCpu(guest: Guest): void {
  const cpu = childOf(guest.root, 'cpu');
  const configured = cpu !== undefined && (cpu.children.length > 0 || cpu.attributes.size > 0);
  if (configured || guest.cpuModeChosen || guest.facts.connection.driver === 'other') return;
  const sameArch = read(guest.root, './os/type/@arch') === guest.facts.host.arch;
  if (!isX86(guest) || domainType(guest) !== 'kvm' || !sameArch) return;
  const made = singleton(guest, 'cpu');
  chooseMode(guest, made, 'default');
  if (defaultMode(guest) === 'host-model-only') dropUnusableModel(guest, made);
}

/** The host's model may be one that QEMU does not have. */
function dropUnusableModel(guest: Guest, cpu: XmlNode): void {
  const model = read(cpu, './model');
  const known = guest.facts.domain.cpuModes.custom;
  if (model === undefined || known.length === 0) return;
  if (!known.some(({ name, usable }) => name === model && usable)) {
    cpu.children = cpu.children.filter(({ name }) => name !== 'model');
  }
}

/** `--vcpus`: `maxvcpus` turns the first number into the current one. */
export function takeVcpus(guest: Guest, use: OptionUse): void {
  const { root } = guest;
  const values = { ...use.values };
  const { maxvcpus } = values;
  if (maxvcpus !== undefined) {
    if (values['vcpu.current'] === undefined && values.vcpu !== undefined)
      values['vcpu.current'] = values.vcpu;
    values.vcpu = maxvcpus;
    delete values.maxvcpus;
  }
  if (values.vcpu === '') writeText(root, 'vcpu', '');
  if (values['vcpu.cpuset'] === '') removeAt(root, pathOf('./vcpu/@cpuset'));
  takeValues(guest, complexOption('vcpus'), { ...use, values }, root, {
    vcpu: (value) => {
      if (/^\d+$/.test(value) && Number(value) > 0) writeVcpus(root, Number(value));
      else complain(guest, 'vcpus', use, `"${value}" is no number of processors; write 1 or more`);
    },
    'vcpu.cpuset': (value) => {
      if (value === 'auto') write(root, './vcpu/@placement', 'auto');
      else write(root, './vcpu/@cpuset', value);
    },
  });
}

/** As in virt-install, a new number lowers a current one that an earlier use has set above it. */
function writeVcpus(root: XmlNode, count: number): void {
  writeText(root, 'vcpu', String(count));
  if (Number(read(root, './vcpu/@current') ?? 0) > count) write(root, './vcpu/@current', count);
}

/** Sets an element's text and leaves its attributes. */
export function writeText(root: XmlNode, name: string, text: string): void {
  const node = childOf(root, name);
  if (node === undefined) root.children.push(xmlNode(name, {}, text));
  else node.text = text;
}

const TOPOLOGY = ['sockets', 'dies', 'cores', 'threads'] as const;

/** The count follows the topology or, where none is given, `otherwise`; then the topology is completed to the count. */
export function syncTopology(guest: Guest, otherwise: number): void {
  const topology = childOf(childOf(guest.root, 'cpu') ?? guest.root, 'topology');
  const part = (name: (typeof TOPOLOGY)[number]): number => Number(topology?.attributes.get(name) ?? 0);
  const total = (): number => TOPOLOGY.reduce((product, name) => product * (part(name) || 1), 1);
  const count = read(guest.root, './vcpu');
  if (!count) writeVcpus(guest.root, topology === undefined ? otherwise : total());
  if (topology === undefined) return;
  const vcpus = Number(read(guest.root, './vcpu'));
  for (const name of ['cores', 'sockets', 'dies', 'threads'] as const) {
    const value = name === 'dies' ? 1 : Math.floor(vcpus / total());
    if (!part(name)) topology.attributes.set(name, String(value));
  }
  // A part that was refused is missing here.
  if (total() === vcpus || guest.problems.some(({ where }) => where.startsWith('--vcpus '))) return;
  const parts = TOPOLOGY.map((name) => `${name}=${part(name)}`).join(' * ');
  const problem = `the topology (${parts} = ${total()}) does not match ${vcpus} processors`;
  if (!guest.problems.some((one) => one.problem === problem))
    guest.problems.push({ where: '--vcpus', problem });
}

const MIB_IN_KIB = 1024;

/**
 * `--memory`: once the first number was what a guest starts with and `maxmemory` what it may grow to; since libvirt has a third number,
 * naming `currentMemory` gives both their XML names' meaning.
 */
export function takeMemory(guest: Guest, use: OptionUse): void {
  const values = { ...use.values };
  const { memory, maxmemory, currentMemory } = values;
  if (currentMemory !== undefined) {
    if (maxmemory !== undefined) values.memory = maxmemory;
  } else if (maxmemory !== undefined) {
    if (memory !== undefined) values.currentMemory = memory;
    values.memory = maxmemory;
  } else if (memory !== undefined) {
    values.currentMemory = memory;
    delete values.memory;
  }
  delete values.maxmemory;
  const { root } = guest;
  takeValues(guest, complexOption('memory'), { ...use, values }, root, {
    memory: (value) => write(root, './memory', kibOf(guest, use, value)),
    currentMemory: (value) => {
      const kib = kibOf(guest, use, value);
      if (Number(read(root, './memory') ?? 0) < kib) write(root, './memory', kib);
      write(root, './currentMemory', kib);
    },
    maxMemory: (value) => writeText(root, 'maxMemory', String(kibOf(guest, use, value))),
  });
}

/** MiB as virt-install has it, or a size with a unit, as Kiln's templates have it. */
function kibOf(guest: Guest, use: OptionUse, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([MG]i?)?B?$/i.exec(text);
  if (match === null || (!match[2] && !/^\d+$/.test(text))) {
    complain(guest, 'memory', use, `"${text}" is no amount of memory; write MiB (4096) or a size (4GiB)`);
    return 0;
  }
  const factor = match[2]?.toLowerCase().startsWith('g') ? 1024 : 1;
  const kib = Math.round(Number(match[1]) * factor) * MIB_IN_KIB;
  if (Number.isSafeInteger(kib)) return kib;
  complain(guest, 'memory', use, `"${text}" is more than any machine has`);
  return 0;
}

/** Options without anything of their own: their table says it all. */
export function takeSingleton(guest: Guest, option: string, use: OptionUse): void {
  const table = complexOption(option);
  const node = table.place === '.' ? guest.root : singleton(guest, table.place.slice(2));
  takeValues(guest, table, use, node);
  if (table.place !== '.') pruneEmpty(guest.root, pathOf(table.place));
}

export const firstGiven = (guest: Guest, option: string, name: string): string | undefined =>
  usesOf(guest.options, option)
    .map((use) => given(use, name))
    .findLast((value) => value !== undefined);
