import { isTimeZone } from '../../../foundation/time-zone.ts';
import { type KickstartCommand, optionValue } from '../../kickstart-document.ts';
import { keyboardRule, localeRule, type Stated, timeZoneRule } from '../common/regional-rules.ts';
import type { LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, type LintTarget } from '../lint-target.ts';
import { commandWords } from './command-words.ts';
import { isKickseed } from './kickstart-release.ts';

type Script = ScriptOf<'kickstart'>;

/** A word behind an option without `=` may be the option's. */
function zones({ line, words }: KickstartCommand): readonly Stated[] {
  const value = words.at(-1);
  const isSaid = words.some((word) => isPlaceholder(word) || isTimeZone(word));
  return value === undefined || isSaid ? [] : [{ value, line }];
}

/** `de (nodeadkeys)`, of which the layout is judged, and a list of them. */
function keyboards(command: KickstartCommand): readonly Stated[] {
  const layouts = optionValue(command, '--xlayouts')?.split(',') ?? [];
  const names = layouts.map((layout) => layout.replace(/\s*\(.*$/, '').trim());
  const keymap = optionValue(command, '--vckeymap') ?? commandWords(command, new Set()).words[0] ?? '';
  return [...names, keymap].map((value) => ({ value, line: command.line }));
}

const inCommand =
  (name: string, find: (command: KickstartCommand) => readonly Stated[]) =>
  ({ document }: Script): readonly Stated[] =>
    document.commands.filter((command) => command.name === name).flatMap(find);

/** kickseed's words are others. */
const ofAnaconda =
  (find: (script: Script) => readonly Stated[]) =>
  (script: Script, { os }: LintTarget): readonly Stated[] =>
    isKickseed(os) ? [] : find(script);

export const REGIONAL_RULES: readonly LintRule<Script>[] = [
  timeZoneRule<Script>({
    id: 'kickstart.unknown-time-zone',
    severity: 'warning',
    about: 'a time zone that does not exist: Anaconda takes one of its own',
    otherwise: 'the installer takes its own default',
    find: inCommand('timezone', zones),
  }),
  localeRule<Script>({
    id: 'kickstart.unknown-locale',
    severity: 'warning',
    about: 'a locale that is not written as one, or of a language or country that does not exist',
    otherwise: 'the installed system speaks English',
    find: ofAnaconda(inCommand('lang', ({ line, words }) => [{ value: words[0] ?? '', line }])),
  }),
  keyboardRule<Script>({
    kind: 'kickstart',
    id: 'kickstart.unknown-keyboard',
    severity: 'warning',
    about: 'a keyboard layout that does not exist',
    otherwise: 'the installed system is left with another',
    find: ofAnaconda(inCommand('keyboard', keyboards)),
  }),
];
