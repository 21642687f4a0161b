import { HOST_NAME } from '../../host-name.ts';
import { type KickstartCommand, optionValue } from '../../kickstart-document.ts';
import { sshKeysFault } from '../../options/ssh-keys.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller, type LintTarget } from '../lint-target.ts';
import { isKickseed } from './kickstart-release.ts';

type Script = ScriptOf<'kickstart'>;
type Rule = LintRule<Script>;

/** What useradd and groupadd of Red Hat's systems take (Anaconda, core/regexes.py): a number alone, `.` and `..` are no names. */
const ACCOUNT_NAME = /^(?!\d+$|\.\.?$)[A-Za-z0-9._][A-Za-z0-9._-]{0,30}[A-Za-z0-9._$-]?$/;

type Named = {
  readonly what: string;
  readonly option: string;
  readonly shape: RegExp;
  readonly example: string;
};

const ACCOUNT = { option: '--name', shape: ACCOUNT_NAME, example: 'builder' };

const NAMED: ReadonlyMap<string, Named> = new Map([
  ['user', { ...ACCOUNT, what: 'user' }],
  ['group', { ...ACCOUNT, what: 'group' }],
  ['network', { what: 'host', option: '--hostname', shape: HOST_NAME, example: 'web-1' }],
]);

const commandsOf = ({ document }: Script, target: LintTarget): readonly KickstartCommand[] =>
  isTestInstaller(target) || isKickseed(target.os) ? [] : document.commands;

const badName: Rule = {
  id: 'kickstart.bad-name',
  severity: 'error',
  about: 'a name of a user, a group or a host that is none; Anaconda stops at it',
  check: (script, target) =>
    commandsOf(script, target).flatMap((command): Hit[] => {
      const named = NAMED.get(command.name);
      const name = named && optionValue(command, named.option);
      if (named === undefined || !name || isPlaceholder(name) || named.shape.test(name)) return [];
      const message = `"${name}" is no name for a ${named.what}: letters, digits and hyphens make one, no hyphen first`;
      return [{ line: command.line, message, fix: `write one such as ${named.example}` }];
    }),
};

/** Anaconda makes no user that is there: it writes a line to its log and goes on (modules/users/installation.py). */
const rootUser: Rule = {
  id: 'kickstart.root-user',
  severity: 'warning',
  about: 'a user called root, which every system has: Anaconda passes the command over',
  check: (script, target) =>
    commandsOf(script, target)
      .filter((command) => command.name === 'user' && optionValue(command, '--name') === 'root')
      .map(({ line }) => ({
        line,
        message: 'every system has a user root, so Anaconda passes this over, its password and groups too',
        fix: 'write rootpw for its password and sshkey --username=root for its keys, or another name',
      })),
};

/** Without sshd's options before it and the comment behind it, which may be anything. */
const bareKey = (line: string): string => /(?:^|\s)((?:ssh-|ecdsa-|sk-)\S+\s+\S+)/.exec(line)?.[1] ?? line;

const badKey: Rule = {
  id: 'kickstart.bad-ssh-key',
  severity: 'warning',
  about: 'an SSH key that sshd does not take, so that nobody can log in with it',
  check: (script, target) =>
    commandsOf(script, target).flatMap((command): Hit[] => {
      const user = optionValue(command, '--username');
      const key = command.name === 'sshkey' ? command.words.filter((word) => word !== user) : [];
      const [only = '', ...more] = key;
      // A key without its quotes is told by itself.
      const fault =
        only === '' || more.length > 0 || isPlaceholder(only) ? undefined : sshKeysFault(bareKey(only));
      if (fault === undefined) return [];
      return [
        {
          line: command.line,
          message: `sshkey: ${fault}`,
          fix: 'write the whole line of the .pub file in quotes',
        },
      ];
    }),
};

export const NAME_RULES: readonly Rule[] = [badName, rootUser, badKey];
