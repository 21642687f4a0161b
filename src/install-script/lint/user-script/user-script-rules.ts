import { appendCommand } from '../../edit/user-script-edits.ts';
import {
  commandLines,
  endsGuest,
  haltsGuest,
  type UserScriptDocument,
  type UserScriptLine,
} from '../../user-script-document.ts';
import { otherDisk } from '../disk-name.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING, NO_HITS } from '../lint-rule.ts';
import { shellSyntax } from './shell-syntax.ts';

type Rule = LintRule<ScriptOf<'user-script'>>;

/** A hit for each command line that `is` so. */
function hitsWhere(
  document: UserScriptDocument,
  is: (line: UserScriptLine) => boolean,
  hit: Omit<Hit, 'line'>,
): readonly Hit[] {
  return commandLines(document)
    .filter(is)
    .map(({ lineNumber }) => ({ line: lineNumber, ...hit }));
}

const interpreter: Rule = {
  id: 'user-script.interpreter',
  severity: 'error',
  about: 'the first line names no program by its path',
  check: ({ document }) =>
    document.interpreter[0]?.startsWith('/')
      ? NO_HITS
      : [
          {
            line: 1,
            message: 'the kernel starts the program whose path stands behind #!, and there is none',
            fix: 'begin with: #!/bin/sh',
          },
        ],
};

const noEnding: Rule = {
  id: 'user-script.no-ending',
  severity: 'error',
  about: 'nothing powers the guest off',
  check: ({ document }) =>
    commandLines(document).some((line) => endsGuest(document, line) || haltsGuest(document, line))
      ? NO_HITS
      : [
          {
            line: MISSING,
            message: 'nothing powers the guest off when the work is done',
            fix: 'end with: poweroff',
          },
        ],
  mend: ({ text }) => appendCommand(text, 'poweroff'),
};

const halts: Rule = {
  id: 'user-script.halts',
  severity: 'error',
  about: 'a halt leaves the guest running',
  check: ({ document }) =>
    hitsWhere(document, (line) => haltsGuest(document, line), {
      message: 'this stops the system and leaves the guest on for ever',
      fix: 'write: poweroff',
    }),
};

const passesOver: Rule = {
  id: 'user-script.passes-over-failures',
  severity: 'warning',
  about: 'a command that fails does not end the script',
  check: ({ document }) => {
    const { shell, interpreter: words } = document;
    const ends = (text: string): boolean =>
      /^\s*set\s+(?:-[a-z]*e|(?:-\S+\s+)*-[a-z]*o\s+errexit)/.test(text);
    if (!shell || words.some((word) => /^-[a-z]*e/.test(word))) return NO_HITS;
    if (commandLines(document).some(({ text }) => ends(text))) return NO_HITS;
    const message =
      'after a command that fails the script goes on to the completion marker, as if all were well';
    return [{ line: MISSING, message, fix: 'write as the second line: set -e' }];
  },
};

const asks: Rule = {
  id: 'user-script.asks',
  severity: 'warning',
  about: 'a command that waits for somebody at the console',
  check: ({ document }) =>
    document.shell
      ? hitsWhere(
          document,
          ({ text }) =>
            /(?:^|[;&|]|\b(?:if|while|then|do)\s)\s*(?:read\s+(?:-\w+\s+)*-\w*p\b|select\s+\w+\s+in\b|(?:dialog|whiptail|passwd)\s)/.test(
              text,
            ),
          {
            message: 'nobody is there to answer',
            fix: 'give the answer in the script; a password with: chpasswd -e',
          },
        )
      : NO_HITS,
};

const clearPassword: Rule = {
  id: 'user-script.clear-password',
  severity: 'warning',
  about: 'a password in clear text',
  asWritten: true,
  check: ({ document }) =>
    hitsWhere(
      document,
      ({ text }) =>
        /\b(?:echo|printf)\b[^|]*:(?![*!$"'{\s])[^|:]+\|(?:\s*chroot\s+\S+)?\s*chpasswd(?!.*\s(?:-e|--encrypted)\b)/.test(
          text,
        ),
      {
        message: 'a password stands in the script in clear text',
        fix: "write: echo 'root:{{root_password_hash}}' | chpasswd -e, and give it with --root-password-file",
      },
    ),
};

const diskName: Rule = {
  id: 'user-script.disk-name',
  severity: 'warning',
  about: 'a disk that the guest does not have',
  check: ({ document }, target) =>
    commandLines(document).flatMap(({ text, lineNumber }) =>
      [...text.matchAll(/\/dev\/[a-z]\w*/g)].flatMap(([name]) => {
        const right = otherDisk(name, target);
        return right === undefined
          ? []
          : [
              {
                line: lineNumber,
                message: `the guest has no ${name}; its disk is /dev/${right}`,
                fix: 'write {{disk_device}}, or choose the bus with --disk',
              },
            ];
      }),
    ),
};

export const USER_SCRIPT_RULES: readonly Rule[] = [
  interpreter,
  shellSyntax,
  halts,
  passesOver,
  asks,
  clearPassword,
  diskName,
  noEnding,
];
