import { isScalar, visit } from 'yaml';
import { assertNever } from '../foundation/assert-never.ts';
import type { XmlDocument } from '../foundation/parse-xml.ts';
import { isSecretName } from '../foundation/redact.ts';
import { nodeAt } from '../foundation/xml-node.ts';
import { type AutoinstallDocument, scalarText } from './autoinstall-document.ts';
import {
  hasOption,
  type KickstartCommand,
  type KickstartDocument,
  optionValue,
} from './kickstart-document.ts';
import type { AnyScript } from './lint/lint-rule.ts';
import type { PreseedAnswer } from './preseed-lines.ts';

/** A password that stands in a script as it is typed. */
export type ClearPassword = {
  readonly line: number;
  /** What it is given to: the question, command or element. */
  readonly name: string;
  readonly value: string;
};

/** Those of a script, and those that its commands hand to chpasswd(8). Hashes that stand in the place of a password are among them. */
export function clearPasswords(script: AnyScript): readonly string[] {
  const inCommands = [...script.text.matchAll(TO_CHPASSWD)].map(([, value]) => value ?? '');
  return [...inAnswers(script), ...inCommands];
}

const TO_CHPASSWD =
  /\b(?:echo|printf)\s+["']?[\w.-]+:([^\s"'\\|]+)(?:\\n)?["']?[^|\n]{0,9}\|[^|\n]{0,40}\bchpasswd\b/g;

function inAnswers(script: AnyScript): readonly string[] {
  switch (script.kind) {
    case 'preseed':
      return preseedPasswords(script.answers).map(({ value }) => value);
    case 'kickstart':
      return kickstartPasswords(script.document).map(({ value }) => value);
    case 'autoinstall':
      return valuesOfSecretKeys(script.document);
    case 'autoyast':
      return autoyastPasswords(script.document).map(({ value }) => value);
    case 'user-script':
      return [];
    default:
      return assertNever(script);
  }
}

export const preseedPasswords = (answers: readonly PreseedAnswer[]): readonly ClearPassword[] =>
  answers
    .filter(
      ({ question, value }) =>
        /(^|\/)(root-|user-)?(password|passphrase)(-again)?$/.test(question) && value !== '',
    )
    .map(({ lineNumber, question, value }) => ({ line: lineNumber, name: question, value }));

export const kickstartPasswords = ({ commands }: KickstartDocument): readonly ClearPassword[] =>
  commands.flatMap((command) => {
    const value = kickstartPassword(command);
    return value === undefined ? [] : [{ line: command.line, name: command.name, value }];
  });

const TAKES_PASSWORD = new Set(['user', 'vnc', 'rdp', 'autopart', 'part', 'logvol', 'bootloader']);

function kickstartPassword(command: KickstartCommand): string | undefined {
  const { name } = command;
  if (hasOption(command, '--iscrypted')) return undefined;
  if (name === 'rootpw' || name === 'sshpw') {
    if (hasOption(command, '--lock')) return undefined;
    return command.words.at(-1) ?? optionValue(command, '--plaintext');
  }
  if (!TAKES_PASSWORD.has(name)) return undefined;
  return optionValue(command, '--password', '--passphrase', '--backuppassphrase');
}

/** Of users, and the registration code. */
export function autoyastPasswords({ root }: XmlDocument): readonly ClearPassword[] {
  const ofUsers = (nodeAt(root, 'users')?.children ?? []).flatMap((user) => {
    const isHash = nodeAt(user, 'encrypted')?.text.trim() === 'true';
    return isHash ? [] : [nodeAt(user, 'user_password')];
  });
  return [...ofUsers, nodeAt(root, 'suse_register', 'reg_code')].flatMap((node) => {
    const value = node?.text.trim() ?? '';
    return node === undefined || value === '' ? [] : [{ line: node.line, name: node.name, value }];
  });
}

function valuesOfSecretKeys({ document }: AutoinstallDocument): readonly string[] {
  const found: string[] = [];
  visit(document, {
    Pair: (_, { key, value }) => {
      const text = isScalar(key) && isSecretName(String(key.value)) ? scalarText(value) : undefined;
      if (text !== undefined) found.push(text);
    },
  });
  return found;
}
