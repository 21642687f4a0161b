import { hasOption, type KickstartCommand, optionValue } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller } from '../lint-target.ts';
import { commandWords } from './command-words.ts';
import { isKickseed } from './kickstart-release.ts';
import { KICKSTART_VALUES } from './value-table.ts';

type Script = ScriptOf<'kickstart'>;

/** A command that makes something of the disk. */
type Made = { readonly command: KickstartCommand; readonly words: readonly string[] };

const MAKERS = ['part', 'partition', 'raid', 'volgroup', 'logvol', 'btrfs', 'mount'];

export const madeBy = ({ document }: Script): readonly Made[] =>
  document.commands
    .filter(({ name, openQuote }) => MAKERS.includes(name) && !openQuote)
    .map((command) => {
      const switches = KICKSTART_VALUES.get(command.name)?.switches ?? '';
      return { command, words: commandWords(command, new Set(switches.split(' '))).words };
    });

/** Where it is mounted, or the name by which another command means it: `pv.01`, `raid.1`. */
export const placeOf = ({ command, words }: Made): string | undefined =>
  command.name === 'volgroup' ? undefined : words[command.name === 'mount' ? 1 : 0];

/** Taken as it lies on the disk, with what is in it. */
const isFound = ({ command }: Made): boolean =>
  hasOption(command, '--useexisting') || hasOption(command, '--noformat');

function twice(made: readonly Made[]): readonly Hit[] {
  const places = made.map(placeOf);
  return made.flatMap((one, index): Hit[] => {
    const place = places[index];
    // `part swap` may be there several times, and `logvol none` is a pool.
    if (place === undefined || !/^\/|^(?:pv|raid|btrfs)\./.test(place) || places.indexOf(place) === index)
      return [];
    const line = made[places.indexOf(place)]?.command.line;
    return [
      {
        line: one.command.line,
        message: `${place} is made in line ${line} as well`,
        fix: 'remove one of them',
      },
    ];
  });
}

/** What stands for a mount point: a member of something, a partition of a boot loader, or that there is none (pykickstart, Anaconda). */
const NO_MOUNT_POINT = /^(?:(?:pv|raid|btrfs)\..+|swap|none|biosboot|prepboot|appleboot)$/i;

function nowhere(made: readonly Made[]): readonly Hit[] {
  return made.flatMap((one): Hit[] => {
    const { line, name } = one.command;
    const place = placeOf(one);
    // Of a pool the word is passed over.
    if (hasOption(one.command, '--thinpool')) return [];
    if (place === undefined || place.startsWith('/') || NO_MOUNT_POINT.test(place) || isPlaceholder(place))
      return [];
    const message = `${name} is to be mounted at "${place}", which is no place: mount points begin with /`;
    const fix = `write /${place}, or one of swap, biosboot, prepboot, appleboot, none, pv.…, raid.…, btrfs.…`;
    return [{ line, message, fix }];
  });
}

/** Members of arrays and groups that no command makes, and volumes of groups that none makes. */
function unmade(made: readonly Made[]): readonly Hit[] {
  const places = new Set(made.map(placeOf));
  const groups = new Set(
    made.filter(({ command }) => command.name === 'volgroup').map(({ words }) => words[0]),
  );
  return made.flatMap((one): Hit[] => {
    const { command, words } = one;
    if (isFound(one) || words.some(isPlaceholder)) return [];
    const { line, name } = command;
    const group = name === 'logvol' ? optionValue(command, '--vgname') : undefined;
    if (group !== undefined && !isPlaceholder(group) && !groups.has(group))
      return [{ line, message: `no volgroup makes the group ${group}`, fix: `add: volgroup ${group} pv.01` }];
    const members = ['raid', 'volgroup', 'btrfs'].includes(name) ? words.slice(1) : [];
    return members
      .filter((member) => /^(?:pv|raid|btrfs)\./.test(member) && !places.has(member))
      .map((member) => ({
        line,
        message: `${name} takes ${member}, which no command makes`,
        fix: `add: part ${member} --size=… (MiB), or correct the name`,
      }));
  });
}

function rootless(made: readonly Made[], { document }: Script): readonly Hit[] {
  const generated = document.commands.some(({ name }) =>
    ['%include', '%ksappend', 'autopart'].includes(name),
  );
  const first = made[0];
  if (generated || first === undefined || made.some((one) => placeOf(one) === '/')) return [];
  if (made.some(({ words }) => words.some(isPlaceholder))) return [];
  const message = 'nothing is mounted at /, without which Anaconda installs nothing';
  return [{ line: first.command.line, message, fix: 'add for example: part / --size=2000 --grow' }];
}

/** Anaconda's modules/storage/partitioning/custom and its checker of the finished layout. */
export const badLayout: LintRule<Script> = {
  id: 'kickstart.bad-layout',
  severity: 'error',
  about:
    'partitions that do not fit together: none for /, one mounted at no place or made twice, a member or group that none makes',
  check: (script, target) => {
    if (isTestInstaller(target) || isKickseed(target.os)) return [];
    const made = madeBy(script);
    const isWhole = !script.document.commands.some(({ name }) => name === '%include' || name === '%ksappend');
    return [...nowhere(made), ...twice(made), ...(isWhole ? unmade(made) : []), ...rootless(made, script)];
  },
};
