import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, isTestInstaller } from '../lint-target.ts';
import { judged } from './name-rules.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

const PROTOCOLS = ['http', 'https', 'ftp'] as const;
const questions = (name: string): readonly string[] =>
  PROTOCOLS.map((protocol) => `mirror/${protocol}/${name}`);

/** Logins stay out of messages. */
const withoutLogin = (value: string): string => value.replace(/[^/]*@/, '');

/** What its parts are, where the whole address was given. */
function hostFix(value: string): string {
  const [, host = '', path = ''] = /^(?:[a-z]+:\/\/)?([^/]*)(.*)$/i.exec(withoutLogin(value)) ?? [];
  const folder = path.replace(/\/+$/, '');
  return `write the host alone, ${host}${folder === '' ? '' : `, and ${folder} as mirror/http/directory`}`;
}

/** choose-mirror's validate_mirror and check_arch: no slash in the host; host and directory are joined as they are. */
const badMirror: Rule = {
  id: 'preseed.bad-mirror',
  severity: 'error',
  about:
    "a mirror's host with a scheme or a path, or its folder without a slash before it: the installer asks for another",
  check: (script, target): readonly Hit[] => {
    if (isTestInstaller(target)) return [];
    const hosts = judged(script, questions('hostname'))
      .filter(({ value }) => value.includes('/'))
      .map(
        ({ question, value, lineNumber }): Hit => ({
          line: lineNumber,
          message: `${question} takes the name of a host, and "${withoutLogin(value)}" is an address, so the installer asks for a mirror`,
          fix: hostFix(value),
        }),
      );
    const folders = judged(script, questions('directory'))
      .filter(({ value }) => !value.startsWith('/'))
      .map(
        ({ question, value, lineNumber }): Hit => ({
          line: lineNumber,
          message: `${question} "${value}" has no slash before it and becomes a part of the host's name`,
          fix: `write /${value.replace(/^[a-z]+:\/\/[^/]*\/?/i, '')}`,
        }),
      );
    const empty = script.answers
      .filter(({ question, value }) => questions('directory').includes(question) && value === '')
      .map(
        ({ question, lineNumber }): Hit => ({
          line: lineNumber,
          message: `${question} is empty, which the installer does not take: it asks for a mirror`,
          fix: 'write /, or the folder of the mirror, such as /debian',
        }),
      );
    return [...hosts, ...folders, ...empty];
  },
};

/** choose-mirror adds the scheme for itself, but apt gets the proxy as it is written. */
const badProxy: Rule = {
  id: 'preseed.bad-proxy',
  severity: 'warning',
  about: 'a proxy without its scheme, which apt of the installed system does not take',
  check: (script) =>
    judged(script, questions('proxy'))
      .filter(({ value }) => !/^[a-z][a-z\d]*:\/\/./i.test(value))
      .map(({ question, value, lineNumber }) => ({
        line: lineNumber,
        message: `${question} "${withoutLogin(value)}" has no scheme, and apt takes no such proxy`,
        fix: `write http://${withoutLogin(value).replace(/^\/+/, '')}`,
      })),
};

/** Names of the kernel's counting and of systemd's, which follow from the machine (systemd.net-naming-scheme(7)). */
const OF_A_MACHINE = /^(?:eth\d+|en[ospx]\w+)$/;

const fixedNic: Rule = {
  id: 'preseed.fixed-nic',
  severity: 'warning',
  about: 'a network card by a name that another machine does not have',
  check: (script) =>
    judged(script, ['netcfg/choose_interface'])
      .filter(({ value }) => !isPlaceholder(value) && OF_A_MACHINE.test(value))
      .map(({ value, lineNumber }) => ({
        line: lineNumber,
        message: `the network card need not be called ${value} in the virtual machine (enp1s0, ens3 …), and then the installer asks`,
        fix: 'write auto',
      })),
};

export const MIRROR_RULES: readonly Rule[] = [badMirror, badProxy, fixedNic];
