import type { Problem } from '../foundation/errors.ts';
import type { RawOptions } from './parse-command-line.ts';

/**
 * Options that virt-install keeps from its early days, rewritten into today's: `--ram 4096` is `--memory 4096`, `-f disk.qcow2 -s 8`
 * is `--disk path=disk.qcow2,size=8`.
 */
export function convertOldOptions(raw: RawOptions, problems: Problem[]): void {
  convertValues(raw, problems);
  convertDisks(raw, problems);
  convertNetworks(raw, problems);
  convertGraphics(raw, problems);
  const { cpuset } = raw.values;
  if (cpuset !== undefined) addText(raw, 'vcpus', `,cpuset=${cpuset}`);
  const features = [
    ...(raw.flags.has('noacpi') ? ['acpi=off'] : []),
    ...(raw.flags.has('noapic') ? ['apic=off'] : []),
  ];
  if (features.length > 0 && raw.texts.features === undefined) addText(raw, 'features', features.join(','));
  if (raw.flags.has('force') && raw.texts.check === undefined) addText(raw, 'check', 'all=off');
}

function addText(raw: RawOptions, name: string, text: string): void {
  raw.texts[name] = [...(raw.texts[name] ?? []), text];
}

function convertValues(raw: RawOptions, problems: Problem[]): void {
  refuseNonNumbers(raw, problems);
  const { ram, wait } = raw.values;
  if (ram !== undefined && raw.texts.memory === undefined) addText(raw, 'memory', ram);
  const step = raw.values['print-step'];
  if (step !== undefined) raw.values['print-xml'] = step;
  const printed = raw.values['print-xml'];
  if (printed !== undefined && !['1', '2', 'all'].includes(printed)) {
    const where = step === undefined ? '--print-xml' : '--print-step';
    problems.push({ where, problem: `"${printed}" is not one of 1, 2, all` });
  }
  if (wait !== undefined && Number(wait) === 0) {
    // virt-install(1): "--wait 0" is the same as "--noautoconsole".
    delete raw.values.wait;
    raw.flags.add('noautoconsole');
  }
  const { cdrom } = raw.values;
  if (cdrom !== undefined && /^[a-z]+(?:\+[a-z]+)?:\/\/\/?(?:system|session|default)?$/.test(cdrom)) {
    problems.push({
      where: '--cdrom',
      problem: `"${cdrom}" looks like a libvirt URI; --connect takes those`,
    });
  }
  const { autoconsole } = raw.values;
  if (autoconsole !== undefined && !['none', 'default', 'text', 'graphical'].includes(autoconsole)) {
    const allowed = 'none, default, text, graphical';
    problems.push({ where: '--autoconsole', problem: `"${autoconsole}" is not one of ${allowed}` });
  }
}

/** Read as numbers by virt-install whatever else stands beside them, so that a wrong one is never passed over. */
function refuseNonNumbers({ lists }: RawOptions, problems: Problem[]): void {
  const refuse = (option: string, value: string, what: string): unknown =>
    problems.push({ where: `--${option}`, problem: `"${value}" is not ${what}` });
  for (const size of lists['file-size'] ?? []) {
    if (size.trim() === '') refuse('file-size', size, 'a size: write GiB (--file-size 20)');
  }
}

function convertDisks(raw: RawOptions, problems: Problem[]): void {
  const files = raw.lists.file ?? [];
  const sizes = raw.lists['file-size'] ?? [];
  const nonsparse = raw.flags.has('nonsparse');
  const old = files.length > 0 || sizes.length > 0 || nonsparse;
  const disks = raw.texts.disk ?? [];
  if (raw.flags.has('nodisks') && (old || disks.length > 0)) {
    problems.push({ where: '--nodisks', problem: 'cannot be given together with disks' });
  }
  if (old && disks.length > 0) {
    problems.push({ where: '--file', problem: 'cannot be mixed with --disk; use --disk PATH[,size=GiB]' });
  }
  if (disks.length > 0) return;
  if (raw.flags.has('nodisks')) addText(raw, 'disk', 'none');
  for (let index = 0; index < Math.max(files.length, sizes.length); index += 1) {
    const parts = [
      files[index] === undefined ? undefined : `path=${files[index]}`,
      sizes[index] === undefined ? undefined : `size=${sizes[index]}`,
      nonsparse ? 'sparse=no' : undefined,
    ];
    addText(raw, 'disk', parts.filter((part) => part !== undefined).join(','));
  }
}

/** A MAC address alone is that of the interface every guest has. */
function convertNetworks(raw: RawOptions, problems: Problem[]): void {
  const bridges = raw.lists.bridge ?? [];
  const macs = raw.lists.mac ?? [];
  if (bridges.length > 0 && raw.texts.network !== undefined) {
    problems.push({
      where: '--bridge',
      problem: 'cannot be mixed with --network; use --network bridge=NAME',
    });
  }
  const given = raw.flags.has('nonetworks') ? ['none'] : (raw.texts.network ?? []);
  const networks = bridges.length > 0 ? bridges.map((bridge) => `bridge=${bridge}`) : [...given];
  while (networks.length < macs.length) networks.push('default');
  if (networks.length === 0) return;
  raw.texts.network = networks.map((network, index) => {
    const text = network.replace(/^(network|bridge):/, '$1=');
    return macs[index] === undefined ? text : `${text},mac=${macs[index]}`;
  });
}

function convertGraphics(raw: RawOptions, problems: Problem[]): void {
  const kinds = ['vnc', 'sdl', 'nographics'].filter((flag) => raw.flags.has(flag));
  const { vncport, vnclisten, keymap } = raw.values;
  const old = kinds.length > 0 || [vncport, vnclisten, keymap].some((value) => value !== undefined);
  if (!old) return;
  if (raw.texts.graphics !== undefined || kinds.length > 1) {
    problems.push({
      where: '--graphics',
      problem: 'cannot be mixed with --vnc, --sdl, --nographics and theirs',
    });
    return;
  }
  const [kind] = kinds;
  if (kind === undefined) return;
  const parts = [
    kind === 'nographics' ? 'none' : kind,
    vnclisten === undefined ? undefined : `listen=${vnclisten}`,
    vncport === undefined ? undefined : `port=${vncport}`,
    keymap === undefined ? undefined : `keymap=${keymap}`,
  ];
  raw.texts.graphics = [parts.filter((part) => part !== undefined).join(',')];
}
