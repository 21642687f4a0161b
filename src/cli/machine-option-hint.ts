import { findTarget } from '../virt-install/find-target.ts';
import { COMMAND_OPTIONS, REFUSED } from '../virt-install/options/command-options.ts';
import { safeLine } from './safe-text.ts';

/** Where Kiln's own machines have the same thing by another name. */
const OWN_WAYS: Readonly<Record<string, string>> = {
  autostart: 'a build with a target leaves no machine behind',
  import: 'write `--import IMAGE`',
  'initrd-inject': 'give the install script as target, or with --script',
  install: 'use --cdrom or --location',
  noreboot: 'a build with a target leaves no machine behind',
  pxe: 'use --ipxe with --location',
  'print-xml': '`kiln plan TARGET --xml` prints the XML',
  unattended: 'a target is an unattended install by itself; see --root-password-file and --var',
  wait: 'use --timeout',
};

/**
 * What to do about an option of virt-install's in a line that has a target, where the machine is Kiln's own (docs/virt-install.md).
 * @param flag as typed, without a value: `--graphics`, `-f`
 * @param words of the line; the target is found among them, so that a stray word taken for it is seen
 */
export function machineOptionHint(flag: string, words: readonly string[] = []): string | undefined {
  const typed = flag.replace(/^-+/, '');
  const isShort = !flag.startsWith('--');
  const option = COMMAND_OPTIONS.find(({ name, short, alias = [] }) =>
    isShort ? short === typed : name === typed || alias.includes(typed),
  );
  if (option === undefined) return undefined;
  const refused = REFUSED[option.name];
  if (refused !== undefined) return `${flag} is not taken: ${refused}.`;
  const target = findTarget(words);
  const beside = target === undefined ? 'a target' : `the target "${safeLine(target)}"`;
  const own = OWN_WAYS[option.name];
  if (own !== undefined) return `${flag} is not taken together with ${beside}: ${own}.${noTarget(target)}`;
  return (
    `${flag} is not taken together with ${beside}: that machine is Kiln's own, without devices to choose. For one in virt-install's ` +
    `words leave the target out, name the script with --script, and describe the machine: ` +
    `\`kiln build --name NAME --memory MIB --disk size=GIB --cdrom ISO --osinfo ID --script FILE ${flag} …\`.`
  );
}

const noTarget = (word: string | undefined): string =>
  word === undefined ? '' : ` Should "${safeLine(word)}" be no target, leave it out.`;

/** Long names that a line without a target has, for suggestions. */
export const machineOptionNames = (): string[] =>
  COMMAND_OPTIONS.flatMap(({ name, alias = [] }) => [name, ...alias]);

/** Those of them that take no value. */
export const machineFlagNames = (): string[] =>
  COMMAND_OPTIONS.flatMap(({ name, shape, alias = [] }) => (shape === 'flag' ? [name, ...alias] : []));
