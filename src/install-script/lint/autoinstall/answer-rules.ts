import { isMap, isSeq, visit } from 'yaml';
import { answerAt, commandTexts, scalarText } from '../../autoinstall-document.ts';
import { addLateCommand, insertAnswer } from '../../edit/autoinstall-edits.ts';
import { MARKER_PLACEHOLDER } from '../../marker.ts';
import { plainCall } from '../../plain-exit.ts';
import { otherDisk } from '../disk-name.ts';
import { ENDS_GUEST, endsTooEarly } from '../guest-end.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { isPlaceholder, standsForPassword } from '../lint-target.ts';
import { SERIAL_CONSOLE } from '../serial-console.ts';

type Script = ScriptOf<'autoinstall'>;
type Rule = LintRule<Script>;

const interactive: Rule = {
  id: 'autoinstall.interactive',
  severity: 'error',
  about: 'interactive-sections: the installer waits for somebody',
  check: ({ document }) => {
    const node = answerAt(document, 'interactive-sections');
    if (!isSeq(node) || node.items.length === 0) return [];
    const message = 'the installer shows these sections and waits for somebody';
    return [{ line: document.lineOf(node), message, fix: 'remove interactive-sections' }];
  },
};

const noIdentity: Rule = {
  id: 'autoinstall.no-identity',
  severity: 'error',
  about: 'neither identity nor user-data: the installer asks for a user',
  check: ({ document }) => {
    if (document.answers === undefined) return [];
    const given = ['identity', 'user-data', 'active-directory'].some(
      (key) => answerAt(document, key) !== undefined,
    );
    if (given) return [];
    const message = 'no user is set up: the installer asks for one';
    return [
      {
        line: MISSING,
        message,
        fix: 'add identity: {hostname, username, password}, or user-data: {disable_root: false}',
      },
    ];
  },
};

const ENDINGS = ['poweroff', 'reboot'];

const noEnding: Rule = {
  id: 'autoinstall.no-ending',
  severity: 'warning',
  about: 'no shutdown: the installer restarts, and may ask to remove the medium first',
  check: ({ document }) =>
    document.answers === undefined || answerAt(document, 'shutdown') !== undefined
      ? []
      : [
          {
            line: MISSING,
            message: 'without shutdown the installer restarts the guest',
            fix: 'add: shutdown: poweroff',
          },
        ],
  mend: (script) => insertAnswer(script, ['shutdown: poweroff']),
};

const badEnding: Rule = {
  id: 'autoinstall.bad-ending',
  severity: 'error',
  about: 'shutdown is neither poweroff nor reboot',
  check: ({ document }) => {
    const node = answerAt(document, 'shutdown');
    const value = scalarText(node);
    if (value === undefined || ENDINGS.includes(value) || isPlaceholder(value)) return [];
    const message = `shutdown: ${value} is not known`;
    return [{ line: document.lineOf(node), message, fix: 'write: shutdown: poweroff' }];
  },
};

/** `path:` of a storage action or a match; other keys of that name hold paths of files. */
const diskName: Rule = {
  id: 'autoinstall.disk-name',
  severity: 'error',
  about: 'a disk the virtual machine does not have',
  check: ({ document }, target) => {
    const storage = answerAt(document, 'storage');
    const hits: Hit[] = [];
    if (!isMap(storage)) return hits;
    visit(storage, {
      Pair: (_, { key, value }) => {
        const name = scalarText(key) === 'path' ? scalarText(value) : undefined;
        const disk = name === undefined ? undefined : otherDisk(name, target);
        if (disk === undefined) return;
        const message = `${name} does not exist in the virtual machine, whose disk is /dev/${disk}`;
        hits.push({
          line: document.lineOf(value),
          message,
          fix: `write /dev/${disk}, or match: {size: largest}`,
        });
      },
    });
    return hits;
  },
};

const clearText: Rule = {
  id: 'autoinstall.clear-password',
  severity: 'error',
  about: 'a password in clear text where Subiquity wants a hash',
  check: ({ document }) => {
    const node = answerAt(document, 'identity', 'password');
    const value = scalarText(node);
    // crypt(5) hashes begin with $; `*` and `!` lock the account.
    if (value === undefined || /^[$*!]/.test(value) || isPlaceholder(value)) return [];
    const message =
      'identity.password is no hash: nobody could log in with it, and it stays in copies of the script';
    return [
      {
        line: document.lineOf(node),
        message,
        fix: 'write a hash (openssl passwd -6) or "{{root_password_hash}}"',
      },
    ];
  },
};

const clearUserText: Rule = {
  id: 'autoinstall.clear-user-password',
  severity: 'warning',
  about: 'a password in clear text in user-data, which cloud-init takes',
  asWritten: true,
  check: ({ document }) => {
    const users = answerAt(document, 'user-data', 'users');
    if (!isSeq(users)) return [];
    return users.items.flatMap((user): Hit[] => {
      const node: unknown = isMap(user) ? user.get('plain_text_passwd', true) : undefined;
      const value = scalarText(node);
      if (value === undefined || standsForPassword(value)) return [];
      const message = 'plain_text_passwd holds a password in clear text, which stays in copies of the script';
      return [{ line: document.lineOf(node), message, fix: 'write passwd: and a hash (openssl passwd -6)' }];
    });
  },
};

const SOURCES = [
  'ubuntu-server',
  'ubuntu-server-minimal',
  'ubuntu-server-minimised',
  'ubuntu-desktop',
  'ubuntu-desktop-minimal',
];

const unknownSource: Rule = {
  id: 'autoinstall.unknown-source',
  severity: 'warning',
  about: 'a source the media do not have',
  check: ({ document }) => {
    const node = answerAt(document, 'source', 'id');
    const value = scalarText(node);
    if (value === undefined || SOURCES.includes(value) || isPlaceholder(value)) return [];
    const message = `the media of Ubuntu have no source "${value}"`;
    return [{ line: document.lineOf(node), message, fix: 'write ubuntu-server or ubuntu-server-minimal' }];
  },
};

const endsGuest: Rule = {
  id: 'autoinstall.ends-guest',
  severity: 'error',
  about: 'a late command that restarts the guest or switches it off before the installation is complete',
  check: ({ document }) => {
    const commands = answerAt(document, 'late-commands');
    const texts = commandTexts(commands);
    return texts.flatMap((text, index): Hit[] => {
      const call = plainCall(text, ENDS_GUEST);
      if (call === undefined || texts.slice(0, index).some((before) => before.includes(MARKER_PLACEHOLDER)))
        return [];
      const message = endsTooEarly('a late command', call.name);
      const item = isSeq(commands) ? commands.items[index] : undefined;
      return [
        {
          line: document.lineOf(item),
          message,
          fix: 'leave it out: shutdown: poweroff ends it when all is done',
        },
      ];
    });
  },
};

const FILE = '/target/etc/default/grub.d/99-serial-console.cfg';

const noConsole: Rule = {
  id: 'autoinstall.no-serial-console',
  severity: 'warning',
  about: 'the installed system says nothing on its serial port',
  check: ({ document, text }) =>
    document.answers === undefined || /console=ttyS0/.test(text)
      ? []
      : [
          {
            line: MISSING,
            message: 'the installed kernel is given no serial console',
            fix: `add a late-command that writes "${SERIAL_CONSOLE}" into ${FILE} and runs update-grub`,
          },
        ],
  mend: (script) => {
    // A shell reads the file after /etc/default/grub, whose arguments must stay.
    const setting = `GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX ${SERIAL_CONSOLE}"`;
    const command = `mkdir -p ${FILE.slice(0, FILE.lastIndexOf('/'))} && echo '${setting}' > ${FILE} && curtin in-target -- update-grub`;
    return addLateCommand(script, command, 'first');
  },
};

export const ANSWER_RULES: readonly Rule[] = [
  interactive,
  noIdentity,
  noEnding,
  badEnding,
  diskName,
  clearText,
  clearUserText,
  unknownSource,
  endsGuest,
  noConsole,
];
