import type { Problem } from '../foundation/errors.ts';
import { complexOption } from './options/all-options.ts';
import { parseOptionUse } from './parse-option-use.ts';
import { splitSubOptions } from './split-sub-options.ts';
import type { OptionUse } from './virt-install-options.ts';

/** Some options have a grammar of their own beside the common one; the rest go straight to `parseOptionUse`. */
export function parseUse(name: string, text: string, problems: Problem[]): OptionUse {
  const { noneIsNothing, place } = complexOption(name);
  if (text === 'none' && noneIsNothing && place !== '') return { text, values: {} };
  const common = (rewritten: string): OptionUse => ({
    ...parseOptionUse(complexOption(name), rewritten, problems),
    text,
  });
  switch (name) {
    case 'cpu':
      return parseCpu(text, common, problems);
    case 'boot':
      return parseBoot(text, common);
    case 'qemu-commandline':
      return parseQemuCommandLine(text);
    case 'sysinfo':
      if (text === '')
        problems.push({ where: '--sysinfo', problem: 'is empty; write host, emulate or sub-options' });
      return common(text);
    case 'os-variant':
      return parseOsVariant(text, common);
    case 'network':
    case 'disk':
    case 'graphics':
    case 'redirdev':
    case 'tpm':
    case 'rng':
    case 'sound':
    case 'console':
    case 'channel':
      return text === 'none' ? { text, values: { none: 'yes' } } : common(text);
    default:
      return common(text);
  }
}

const POLICIES = ['force', 'require', 'optional', 'disable', 'forbid'];

/** `Nehalem,+aes,-avx,require=x,require=y`: features repeat, so they are kept as lists, separated by spaces. */
function parseCpu(text: string, common: (text: string) => OptionUse, problems: Problem[]): OptionUse {
  const words = splitSubOptions(text);
  if (words === undefined) return common(text);
  const features: Record<string, string[]> = {};
  const rest: string[] = [];
  for (const [index, { name, value }] of words.entries()) {
    const sign = index > 0 && value === undefined && name.length > 1 ? name.charAt(0) : '';
    if (sign === '+' || sign === '-') addTo(features, sign === '+' ? 'force' : 'disable', name.slice(1));
    else if (POLICIES.includes(name) && value) addTo(features, name, value);
    else rest.push(value === undefined ? quoted(name) : `${name}=${quoted(value)}`);
  }
  for (const name of Object.values(features).flat()) {
    if (!/^[\w.-]+$/.test(name))
      problems.push({ where: `--cpu ${name}`, problem: 'is not the name of a feature' });
  }
  const use = common(rest.join(','));
  const lists = Object.entries(features).map(([policy, names]) => [policy, names.join(' ')]);
  return { text, values: { ...use.values, ...Object.fromEntries(lists) } };
}

function addTo(lists: Record<string, string[]>, key: string, value: string): void {
  const list = lists[key] ?? [];
  lists[key] = [...list, value];
}

const quoted = (value: string): string => value.replaceAll(/[\\'",]/g, '\\$&');

const BOOT_DEVICES = ['hd', 'cdrom', 'fd', 'network'];

/** `hd,cdrom,menu=on`: devices have no value, their order counts; `uefi` may stand alone. */
function parseBoot(text: string, common: (text: string) => OptionUse): OptionUse {
  const words = splitSubOptions(text);
  if (words === undefined) return common(text);
  const devices = words.filter(({ name }) => BOOT_DEVICES.includes(name)).map(({ name }) => name);
  const uefi = words.some(({ name }) => name === 'uefi');
  const rest = words.filter(({ name }) => !BOOT_DEVICES.includes(name) && name !== 'uefi');
  const use = common(
    rest
      .map(({ name, value }) => (value === undefined ? quoted(name) : `${name}=${quoted(value)}`))
      .join(','),
  );
  return {
    text,
    values: {
      ...use.values,
      ...(devices.length > 0 ? { devices: [...new Set(devices)].join(' ') } : {}),
      ...(uefi ? { uefi: 'yes' } : {}),
    },
  };
}

/** The text is QEMU's own, commas and all, unless it begins with a name. */
function parseQemuCommandLine(text: string): OptionUse {
  const named = /^(env|args|clearxml)=(.*)$/s.exec(text);
  return { text, values: named ? { [named[1] ?? '']: named[2] ?? '' } : { args: text } };
}

/** `auto` and `none` are words of their own; an identifier is told by its `://`. */
function parseOsVariant(text: string, common: (text: string) => OptionUse): OptionUse {
  if (text.includes('=')) return common(text);
  if (text === '' || text === 'auto') return { text, values: {} };
  if (text === 'none') return { text, values: { name: 'generic' } };
  return { text, values: text.includes('://') ? { id: text } : { name: text } };
}
