import { kickstartPasswords } from '../../clear-passwords.ts';
import { hasOption, type KickstartCommand, optionValue } from '../../kickstart-document.ts';
import { otherDisk } from '../disk-name.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { isTestInstaller, standsForPassword } from '../lint-target.ts';
import { isKickseed } from './kickstart-release.ts';

type Script = ScriptOf<'kickstart'>;
type Rule = LintRule<Script>;

const has = ({ document }: Script, ...names: readonly string[]): boolean =>
  document.commands.some(({ name }) => names.includes(name));

/** What is written by a %pre section may hold any command. */
const includesGenerated = ({ document }: Script): boolean =>
  document.commands.some(({ name }) => name === '%include' || name === '%ksappend');

type Needed = { readonly any: readonly string[]; readonly message: string; readonly fix: string };

/** Where a whole image is put in place, or where partitioning is somebody else's. */
const NEEDED: readonly Needed[] = [
  {
    any: ['autopart', 'part', 'partition', 'logvol', 'raid', 'btrfs', 'mount'],
    message: 'nothing says how to divide the disk, so the installer stops and asks',
    fix: 'add: clearpart --all --initlabel, and autopart --type=plain',
  },
  {
    any: ['rootpw', 'user', 'sshkey'],
    message: 'neither a root password nor a user is set, so the installer stops and asks',
    fix: 'add: rootpw --iscrypted {{root_password_hash}}',
  },
];

/** debian-installer asks these at every priority. */
const NEEDED_BY_KICKSEED: readonly Needed[] = [
  {
    any: ['part', 'partition', 'logvol'],
    message: 'nothing says how to divide the disk',
    fix: 'add: part / --fstype ext4 --size 2000 --grow',
  },
  {
    any: ['clearpart'],
    message: 'nothing says which disk is divided, so the installer stops and asks',
    fix: 'add: clearpart --all --initlabel',
  },
  {
    any: ['rootpw'],
    message: 'no root password is set, so the installer stops and asks',
    fix: 'add: rootpw --iscrypted "{{root_password_hash}}"',
  },
  {
    any: ['user'],
    message: 'nothing is said about a user, so the installer stops and asks for one',
    fix: 'add: user --disabled',
  },
];

const missingAnswer: Rule = {
  id: 'kickstart.missing-answer',
  severity: 'error',
  about: 'an answer without which Anaconda asks',
  check: (script, target) =>
    isTestInstaller(target) || includesGenerated(script)
      ? []
      : (isKickseed(target.os) ? NEEDED_BY_KICKSEED : NEEDED)
          .filter(({ any }) => !has(script, ...any))
          .map(({ message, fix }) => ({
            line: MISSING,
            message,
            fix,
          })),
};

const DEFAULTED: Readonly<Record<string, string>> = {
  lang: 'lang en_US.UTF-8',
  keyboard: 'keyboard us',
  timezone: 'timezone --utc Etc/UTC',
};

const defaultAnswer: Rule = {
  id: 'kickstart.default-answer',
  severity: 'warning',
  about: 'language, keyboard or time zone left to the release',
  check: (script, target) =>
    isTestInstaller(target) || includesGenerated(script)
      ? []
      : Object.entries(DEFAULTED)
          .filter(([name]) => !has(script, name))
          .map(([name, line]) => ({
            line: MISSING,
            message: `${name} is not set; older releases ask, newer ones take their default`,
            fix: `add for example: ${line}`,
          })),
};

/** Options that name disks, by command; the value may be a list. */
const DISK_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  clearpart: ['--drives', '--list'],
  ignoredisk: ['--only-use'],
  bootloader: ['--boot-drive', '--driveorder'],
  part: ['--ondisk', '--ondrive', '--onpart', '--usepart'],
  partition: ['--ondisk', '--ondrive', '--onpart', '--usepart'],
};

function disksOf(command: KickstartCommand): readonly string[] {
  const named = (DISK_OPTIONS[command.name] ?? []).flatMap(
    (option) => optionValue(command, option)?.split(',') ?? [],
  );
  return command.name === 'mount' ? command.words.slice(0, 1) : named;
}

const diskName: Rule = {
  id: 'kickstart.disk-name',
  severity: 'error',
  about: 'a disk the virtual machine does not have',
  check: ({ document }, target) =>
    document.commands.flatMap((command): Hit[] =>
      disksOf(command).flatMap((name) => {
        const disk = otherDisk(name, target);
        if (disk === undefined) return [];
        const message = `${name} does not exist in the virtual machine, whose disk is ${disk}`;
        return [{ line: command.line, message, fix: `write ${disk}, or choose another bus for the disk` }];
      }),
    ),
};

const notCleared: Rule = {
  id: 'kickstart.disk-not-cleared',
  severity: 'warning',
  about: 'neither clearpart nor zerombr: older releases ask before they touch an empty disk',
  check: (script, target) =>
    isTestInstaller(target) || includesGenerated(script) || has(script, 'clearpart', 'zerombr', 'mount')
      ? []
      : [
          {
            line: MISSING,
            message: 'nothing allows the installer to set up an empty disk',
            fix: 'add: zerombr, and clearpart --all --initlabel',
          },
        ],
};

const interactive: Rule = {
  id: 'kickstart.interactive',
  severity: 'error',
  about: 'a command that makes the installer wait for somebody',
  check: ({ document }) =>
    document.commands
      .filter((command) => command.name === 'interactive' || hasOption(command, '--interactive'))
      .map(({ line, name }) => ({
        line,
        message: `${name} makes the installer wait for answers`,
        fix: 'remove it',
      })),
};

const remoteDesktop: Rule = {
  id: 'kickstart.remote-desktop',
  severity: 'warning',
  about: 'vnc, rdp or graphical: errors end in a window where nobody looks',
  check: ({ document }) =>
    document.commands
      .filter(({ name }) => ['vnc', 'rdp', 'graphical'].includes(name))
      .map(({ line, name }) => ({
        line,
        message: `with ${name} an error becomes a window that waits, and nothing of it comes over the serial console`,
        fix: "write text; to look at the guest use the virtual machine's own display",
      })),
};

const TAKES_HASH = new Set(['rootpw', 'sshpw', 'user', 'bootloader']);

const clearText: Rule = {
  id: 'kickstart.clear-password',
  severity: 'warning',
  about: 'a password in clear text',
  asWritten: true,
  check: ({ document }) =>
    kickstartPasswords(document)
      .filter(({ value }) => !standsForPassword(value))
      .map(({ line, name }) => ({
        line,
        message: `${name} holds a password in clear text, which stays in copies of the script`,
        fix: TAKES_HASH.has(name)
          ? 'write --iscrypted and a hash (openssl passwd -6), or --iscrypted {{root_password_hash}}'
          : `${name} takes no hash: leave the password out, or write {{name}} in its place and give it with --var`,
      })),
};

export const ANSWER_RULES: readonly Rule[] = [
  missingAnswer,
  defaultAnswer,
  diskName,
  notCleared,
  interactive,
  remoteDesktop,
  clearText,
];
