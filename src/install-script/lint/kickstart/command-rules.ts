import { suggestion } from '../../../foundation/nearest-word.ts';
import type { KickstartCommand } from '../../kickstart-document.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import {
  commandNames,
  commandStatus,
  fullOption,
  kickstartRelease,
  optionsOfCommand,
  optionsOfSection,
  type Status,
} from './kickstart-release.ts';

type Rule = LintRule<ScriptOf<'kickstart'>>;

/** What stands in a removed or deprecated command's place (Fedora's and Red Hat's kickstart references). */
const INSTEAD: Readonly<Record<string, string>> = {
  auth: 'use authselect',
  authconfig: 'use authselect',
  install: 'leave it out: installing is all there is',
  upgrade: 'leave it out: installing is all there is',
  method: 'use url, cdrom, nfs or harddrive',
  vnc: 'leave it out',
  monitor: 'leave it out',
  multipath: 'leave it out: multipath devices are found',
  dmraid: 'leave it out: BIOS RAID is found',
  device: 'leave it out: use the boot argument inst.dd for a driver disk',
  deviceprobe: 'leave it out',
  autostep: 'leave it out',
  btrfs: 'use another file system',
  nvdimm: 'leave it out',
  module: 'leave it out: modularity is gone',
};

/** `%include` and `%ksappend` stand among the commands. */
const isCommand = ({ name }: KickstartCommand): boolean => !name.startsWith('%');

function commandHits(
  { document }: ScriptOf<'kickstart'>,
  os: string | undefined,
  status: Status,
  say: (name: string) => { readonly message: string; readonly fix: string },
): readonly Hit[] {
  const release = kickstartRelease(os);
  return document.commands
    .filter((command) => isCommand(command) && commandStatus(command.name, release) === status)
    .map(({ line, name }) => ({ line, ...say(name) }));
}

const nameOf = (os: string | undefined): string =>
  kickstartRelease(os) === undefined ? 'any release' : (os ?? '');

const unknownCommand: Rule = {
  id: 'kickstart.unknown-command',
  severity: 'error',
  about: 'a command the release does not know; Anaconda stops at it',
  check: (script, { os, family }) =>
    family === 'test-installer'
      ? []
      : commandHits(script, os, 'unknown', (name) => {
          const others = commandNames(os);
          // A word of other releases is no slip of the pen.
          const near = others.includes(name) ? '' : suggestion(name, others);
          return {
            message: `${name} is no kickstart command of ${nameOf(os)}.${near}`,
            fix:
              INSTEAD[name] ??
              'remove the line or correct the word; shell commands belong into %pre or %post',
          };
        }),
};

const removedCommand: Rule = {
  id: 'kickstart.removed-command',
  severity: 'error',
  about: 'a command that was removed; Anaconda stops at it',
  check: (script, { os }) =>
    commandHits(script, os, 'removed', (name) => ({
      message: `${name} was removed and stops the installer of ${nameOf(os)}`,
      fix: INSTEAD[name] ?? 'remove the line',
    })),
};

const deprecatedCommand: Rule = {
  id: 'kickstart.deprecated-command',
  severity: 'warning',
  about: 'a command that is ignored or will be removed',
  check: (script, { os }) =>
    commandHits(script, os, 'deprecated', (name) => ({
      message: `${name} is deprecated in ${nameOf(os)}`,
      fix: INSTEAD[name] ?? 'remove the line',
    })),
};

/** Old spellings of options with their new ones. */
const NEW_OPTION: Readonly<Record<string, string>> = {
  '--isUtc': '--utc',
  '--ntpservers': 'the command timesource --ntp-server',
  '--nontp': 'the command timesource --ntp-disable',
  '--instLangs': '--inst-langs',
  '--excludeWeakdeps': '--exclude-weakdeps',
};

/** Their options are handed to the program of that name, unread. */
const PASSED_ON = new Set(['auth', 'authconfig', 'authselect']);

function optionHits(
  { document }: ScriptOf<'kickstart'>,
  os: string | undefined,
  wanted: (status: Status | undefined) => boolean,
  say: (option: string, command: string, known: readonly string[]) => Omit<Hit, 'line'>,
): readonly Hit[] {
  const release = kickstartRelease(os);
  const commands = document.commands
    .filter(({ name }) => commandStatus(name, release) === 'known' && !PASSED_ON.has(name))
    .map((command) => ({ ...command, known: optionsOfCommand(command.name, release) }));
  const sections = document.sections.flatMap((section) => {
    const known = optionsOfSection(section.name, release);
    return known === undefined ? [] : [{ ...section, known }];
  });
  return [...commands, ...sections].flatMap(({ line, name, options, known }) =>
    options
      .filter((option) => !option.name.includes('{{') && wanted(known.get(fullOption(option.name, known))))
      .map((option) => ({ line, ...say(option.name, name, [...known.keys()]) })),
  );
}

const unknownOption: Rule = {
  id: 'kickstart.unknown-option',
  severity: 'error',
  about: 'an option the release does not know; Anaconda stops at it',
  check: (script, { os, family }) =>
    family === 'test-installer'
      ? []
      : optionHits(
          script,
          os,
          (status) => status === undefined || status === 'removed',
          (option, command, known) => {
            const likely = NEW_OPTION[option];
            const near = suggestion(
              option.slice(2),
              known.map((name) => name.slice(2)),
            ).replace('"', '"--');
            return {
              message: `${command} has no option ${option} in ${nameOf(os)}.${near}`,
              fix: likely ? `use ${likely}` : 'remove it or correct the word',
            };
          },
        ),
};

const deprecatedOption: Rule = {
  id: 'kickstart.deprecated-option',
  severity: 'warning',
  about: 'an option that is ignored or will be removed',
  check: (script, { os }) =>
    optionHits(
      script,
      os,
      (status) => status === 'deprecated',
      (option, command) => ({
        message: `${command} ${option} is deprecated in ${nameOf(os)}`,
        fix: NEW_OPTION[option] ? `use ${NEW_OPTION[option]}` : 'remove it',
      }),
    ),
};

const openQuote: Rule = {
  id: 'kickstart.open-quote',
  severity: 'error',
  about: 'a quote that is opened and not closed on its line',
  check: ({ document }) =>
    document.commands
      .filter((command) => command.openQuote)
      .map(({ line }) => ({ line, message: 'a quote is not closed', fix: 'close it on the same line' })),
};

export const COMMAND_RULES: readonly Rule[] = [
  unknownCommand,
  removedCommand,
  deprecatedCommand,
  unknownOption,
  deprecatedOption,
  openQuote,
];
