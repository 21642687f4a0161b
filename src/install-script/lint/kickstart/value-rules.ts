import { formatSize } from '../../../foundation/size.ts';
import { hasOption, type KickstartCommand, optionValue } from '../../kickstart-document.ts';
import { MARKER_PLACEHOLDER } from '../../marker.ts';
import { plainCall } from '../../plain-exit.ts';
import { ENDS_GUEST, endsTooEarly } from '../guest-end.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isTestInstaller, type LintTarget } from '../lint-target.ts';
import { kickseedLanguage } from './kickseed-language.ts';
import { badLayout, madeBy, placeOf } from './layout-rule.ts';
import { shellSections, shellSyntax } from './shell-sections.ts';

type Script = ScriptOf<'kickstart'>;
type Rule = LintRule<Script>;

/** Of a partition that is to be made, in bytes: kickstart counts MiB. Undefined where the script does not say, and for one in memory. */
function sizeOf(command: KickstartCommand): number | undefined {
  if (hasOption(command, '--onpart') || hasOption(command, '--usepart')) return undefined;
  if (optionValue(command, '--fstype') === 'tmpfs') return undefined;
  const size = optionValue(command, '--size');
  return size !== undefined && /^\d+$/.test(size) ? Number(size) * 2 ** 20 : undefined;
}

function tooLarge(script: Script, target: LintTarget): readonly Hit[] {
  const { document } = script;
  const { diskSize } = target;
  // Members of an array lie on several disks.
  if (
    diskSize === undefined ||
    isTestInstaller(target) ||
    document.commands.some(({ name }) => name === 'raid')
  )
    return [];
  const parts = madeBy(script)
    .filter(({ command: { name } }) => name === 'part' || name === 'partition')
    .flatMap((made) => {
      const size = sizeOf(made.command);
      return size === undefined ? [] : [{ made, size }];
    });
  const sum = parts.reduce((all, { size }) => all + size, 0);
  const largest = parts.toSorted((a, b) => b.size - a.size)[0];
  if (largest === undefined || sum <= diskSize) return [];
  const { made } = largest;
  const message =
    `the partitions need ${formatSize(sum)}, ${formatSize(largest.size)} of them for ${placeOf(made) ?? 'this one'}, and the disk has ` +
    `${formatSize(diskSize)}, so the installer stops`;
  const fix =
    'lower --size (in MiB; --grow takes what is left), or make the disk larger: --disk size=…GiB, disk.size in a template';
  return [{ line: made.command.line, message, fix }];
}

const endsGuest: Rule = {
  id: 'kickstart.ends-guest',
  severity: 'error',
  about: 'a section that restarts the guest or switches it off before the installation is complete',
  check: ({ document }) =>
    shellSections(document.sections).flatMap((section): Hit[] => {
      const last = section.body.findLast(({ text }) => !/^\s*(#|$)/.test(text));
      const before = section.body.slice(0, last === undefined ? 0 : section.body.indexOf(last));
      if (last === undefined || before.some(({ text }) => text.includes(MARKER_PLACEHOLDER))) return [];
      // What is indented stands in something, and may not be run.
      const call = /^\s/.test(last.text) ? undefined : plainCall(last.text, ENDS_GUEST);
      if (call === undefined) return [];
      const message = endsTooEarly(section.name, call.name);
      return [
        {
          line: last.line,
          message,
          fix: 'leave it out: the command poweroff ends the guest when all is done',
        },
      ];
    }),
};

export const VALUE_RULES: readonly Rule[] = [
  {
    id: 'kickstart.partitions-too-large',
    severity: 'error',
    about: 'partitions whose sizes do not fit on the disk; Anaconda stops at them',
    check: tooLarge,
  },
  badLayout,
  endsGuest,
  shellSyntax,
  kickseedLanguage,
];
