import { childOf, childrenOf, type XmlNode, xmlNode } from '../../foundation/xml-node.ts';
import { LIBOSINFO_NAMESPACE } from '../namespaces.ts';
import { complexOption } from '../options/all-options.ts';
import { hasFlag, type OptionUse, usesOf, type VirtInstallOptions } from '../virt-install-options.ts';
import { takeCharacter, takeRedirdev, takeRng, takeSmartcard } from './character.ts';
import { takeDisk } from './disk.ts';
import { defaultSeclabel, takeBoot, takeClock, takeQemuCommandLine, takeSysinfo } from './domain-settings.ts';
import { takeGraphics, takeSound } from './graphics.ts';
import type { Guest } from './guest.ts';
import { read, write } from './guest.ts';
import type { GuestFacts } from './guest-facts.ts';
import type { Hypervisor } from './hypervisor.ts';
import { takeInterface } from './interface.ts';
import {
  takeController,
  takeDevice,
  takeFilesystem,
  takeHostdev,
  takeMemdev,
  takePanic,
  takeTpm,
} from './other-devices.ts';
import { singleton, takeCpu, takeMemory, takeSingleton, takeVcpus, writeText } from './processor.ts';
import { takeValues } from './take-values.ts';
import { parseXmlChange } from './xml-change.ts';

/** An empty guest of the chosen hypervisor, with what has an option of its own: name, UUID, description. */
export function newGuest(options: VirtInstallOptions, facts: GuestFacts, hypervisor: Hypervisor): Guest {
  const root = xmlNode('domain', { type: hypervisor.type });
  const guest: Guest = {
    root,
    facts,
    options,
    problems: [],
    warnings: [],
    capabilities: hypervisor.capabilities,
    skipped: new Set(),
    given: new Set(),
    uefiRequested: false,
    rootPorts: DEFAULT_ROOT_PORTS,
    secureCpu: true,
    cpuModeChosen: false,
    storage: new Map(),
    changes: [],
  };
  const { name, uuid, description } = options.values;
  for (const [element, text] of Object.entries({ name, uuid, description })) {
    if (text !== undefined) writeText(root, element, text);
  }
  for (const use of usesOf(options, 'metadata')) takeMetadata(guest, use);
  const os = singleton(guest, 'os');
  const { arch, machine } = hypervisor;
  os.children.push(xmlNode('type', { arch, ...(machine === '' ? {} : { machine }) }, hypervisor.osType));
  const { loader } = hypervisor.capabilities;
  if (loader !== undefined) write(os, './loader', loader);
  for (const use of usesOf(options, 'boot')) takeBoot(guest, use);
  if (hypervisor.emulator !== undefined) write(root, './devices/emulator', hypervisor.emulator);
  addOsMetadata(guest);
  return guest;
}

/** QEMU 6.1 fails with 15 root ports or more (gitlab.com/qemu-project/qemu issue 641). */
const DEFAULT_ROOT_PORTS = 14;

function takeMetadata(guest: Guest, use: OptionUse): void {
  takeValues(guest, complexOption('metadata'), use, guest.root, {
    name: (value) => writeText(guest.root, 'name', value),
    os_name: () => {},
    os_full_id: () => {},
  });
}

function addOsMetadata(guest: Guest): void {
  const { fullId } = guest.facts.os;
  if (fullId === undefined) return;
  singleton(guest, 'metadata').children.push(
    xmlNode('libosinfo:libosinfo', { 'xmlns:libosinfo': LIBOSINFO_NAMESPACE }, [
      xmlNode('libosinfo:os', { id: fullId }),
    ]),
  );
}

type Take = (guest: Guest, use: OptionUse) => void;

const character =
  (option: string): Take =>
  (guest, use) =>
    takeCharacter(guest, option, use);

/** Options with more to them than their table says; all others are taken by it alone. */
const TAKES: Readonly<Record<string, Take>> = {
  memory: takeMemory,
  cpu: takeCpu,
  vcpus: takeVcpus,
  disk: takeDisk,
  network: takeInterface,
  graphics: takeGraphics,
  controller: takeController,
  serial: character('serial'),
  parallel: character('parallel'),
  channel: character('channel'),
  console: character('console'),
  hostdev: takeHostdev,
  filesystem: takeFilesystem,
  sound: takeSound,
  smartcard: takeSmartcard,
  redirdev: takeRedirdev,
  tpm: takeTpm,
  rng: takeRng,
  panic: takePanic,
  memdev: takeMemdev,
  clock: takeClock,
  seclabel: takeSeclabel,
  sysinfo: takeSysinfo,
  'qemu-commandline': takeQemuCommandLine,
};

function takeSeclabel(guest: Guest, use: OptionUse): void {
  const node = xmlNode('seclabel');
  takeValues(guest, complexOption('seclabel'), use, node);
  guest.root.children.push(node);
}

/** Takes every option that makes XML, in virt-install's order. */
export function takeOptions(guest: Guest, names: readonly string[]): void {
  for (const name of names) {
    const option = complexOption(name);
    for (const use of usesWithDefault(guest, name)) {
      const isNothing = use.text === '' || (use.text === 'none' && option.noneIsNothing);
      if (isNothing) continue;
      const take = TAKES[name];
      if (take !== undefined) take(guest, use);
      else if (option.place.startsWith('./devices/')) takeDevice(guest, name, use);
      else takeSingleton(guest, name, use);
    }
  }
}

/** `--serial=,` says nothing, and what it makes is as empty: virt-install drops it. */
export function dropEmptyDevices({ root, changes }: Guest): void {
  const devices = childOf(root, 'devices');
  if (devices === undefined) return;
  const isMeant = (node: XmlNode): boolean => changes.some((change) => change.node === node);
  devices.children = devices.children.filter((node) => !isEmpty(node) || isMeant(node));
}

const isEmpty = (node: XmlNode): boolean =>
  node.children.length === 0 && node.attributes.size === 0 && node.text === '';

/** A guest that says nothing of networks has one interface. */
function usesWithDefault({ options }: Guest, name: string): readonly OptionUse[] {
  const uses = usesOf(options, name);
  return name === 'network' && uses.length === 0 ? [{ text: 'default', values: { type: 'default' } }] : uses;
}

/** `--xml`: the last word on the XML, in the order given. */
export function takeXmlChanges(guest: Guest): void {
  for (const text of guest.options.lists.xml ?? []) {
    const named = /^xpath\.(delete|create|set)=(.*)$/s.exec(text);
    const value = /^(.*?),xpath\.value=(.*)$/s.exec(named?.[2] ?? '');
    const words =
      named === null
        ? { set: text }
        : value === null
          ? { [named[1] ?? 'set']: named[2] }
          : { [named[1] ?? 'set']: value[1], value: value[2] };
    const isAlone = text.startsWith('xpath.value=');
    const change = parseXmlChange(isAlone ? { value: text } : words, 'domain');
    if (typeof change === 'string') guest.problems.push({ where: `--xml ${text}`, problem: change });
    else guest.changes.push({ where: `--xml ${text}`, node: guest.root, change });
  }
}

/** Seclabels get their model once all of the guest is known. */
export function defaultSeclabels(guest: Guest): void {
  for (const node of childrenOf(guest.root, 'seclabel')) defaultSeclabel(guest, node);
}

/** The order libvirt itself writes a domain in. */
const ORDER =
  'name uuid genid title description metadata iothreads iothreadids defaultiothread maxMemory memory currentMemory blkiotune memtune memoryBacking vcpu vcpus cputune numatune resource sysinfo bootloader bootloader_args os idmap features cpu clock on_poweroff on_reboot on_crash on_lockfailure pm devices seclabel launchSecurity keywrap qemu:commandline'.split(
    ' ',
  );

/** Drops what came to nothing, but for what is `meant`, and puts the rest in libvirt's order. */
export function tidy(root: XmlNode, meant: readonly string[] = []): void {
  const mayBeEmpty = ['genid', 'devices', ...meant];
  root.children = root.children.filter((node) => !isEmpty(node) || mayBeEmpty.includes(node.name));
  const place = (node: XmlNode): number => (ORDER.indexOf(node.name) + ORDER.length + 1) % (ORDER.length + 1);
  root.children.sort((a, b) => place(a) - place(b));
}

export const hasDisks = (guest: Guest): boolean =>
  usesOf(guest.options, 'disk').length > 0 ||
  usesOf(guest.options, 'filesystem').length > 0 ||
  hasFlag(guest.options, 'nodisks');

export const hasMemory = ({ root }: Guest): boolean =>
  Boolean(read(root, './memory')) || childOf(childOf(root, 'cpu') ?? root, 'numa') !== undefined;
