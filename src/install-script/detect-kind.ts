import { SpecError } from '../foundation/errors.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { kickstartCommands, kickstartLines } from './kickstart-lines.ts';
import { isQuestionName, PRESEED_TYPES, preseedEntries } from './preseed-lines.ts';

/** Commands nearly every kickstart file has some of (pykickstart's commands.rst). */
const KICKSTART_COMMANDS: ReadonlySet<string> = new Set(
  (
    'auth authconfig authselect autopart autostep bootloader btrfs cdrom clearpart cmdline device eula fcoe firewall firstboot ' +
    'graphical group halt harddrive hmc ignoredisk install interactive iscsi keyboard lang liveimg logging logvol mediacheck ' +
    'method module mount multipath network nfs nvdimm ostreesetup part partition poweroff preseed raid realm reboot repo reqpart ' +
    'rescue rhsm rootpw selinux services shutdown skipx snapshot sshkey sshpw syspurpose text timesource timezone updates ' +
    'upgrade url user vnc volgroup xconfig zerombr zfcp %include'
  ).split(' '),
);

const AUTOINSTALL_KEYS =
  /^(apt|early-commands|identity|interactive-sections|kernel|keyboard|late-commands|locale|network|packages|shutdown|ssh|storage|user-data):/m;

function looksLikePreseed(text: string): boolean {
  const answers = preseedEntries(text);
  const good = answers.filter(
    ({ owner, question, type }) =>
      owner !== 'preseed' && isQuestionName(question) && PRESEED_TYPES.includes(type),
  );
  return good.length > 0 && good.length * 2 > answers.length;
}

function looksLikeKickstart(text: string): boolean {
  const commands = kickstartCommands(text);
  const known = commands.filter(({ word }) => KICKSTART_COMMANDS.has(word));
  const sections = kickstartLines(text).some((line) => line.section !== undefined);
  return (known.length >= 2 || (sections && known.length >= 1)) && known.length * 2 > commands.length;
}

function looksLikeAutoinstall(text: string): boolean {
  return (
    /^autoinstall:\s*(?:[&!]\S+[ \t]*)?(#.*)?$/m.test(text) ||
    (/^version:\s*1\s*$/m.test(text) && AUTOINSTALL_KEYS.test(text))
  );
}

/** Tells the kind from the grammar, undefined when it is none of them. The file's name does not count. */
export function kindOf(text: string): InstallScriptKind | undefined {
  // Whatever it writes into files of its own: what begins so is run.
  if (text.startsWith('#!')) return 'user-script';
  if (
    /^\s*(<\?xml[^>]*>\s*)?(?:<!DOCTYPE profile(?:[^>[]|\[[^\]]*\])*>\s*|<!--[\s\S]*?-->\s*)*<profile[\s>]/.test(
      text,
    )
  )
    return 'autoyast';
  if (looksLikeAutoinstall(text)) return 'autoinstall';
  if (looksLikePreseed(text)) return 'preseed';
  return looksLikeKickstart(text) ? 'kickstart' : undefined;
}

/** @throws SpecError `script.unknown-kind` */
export function detectKind(text: string, label = 'The install script'): InstallScriptKind {
  const kind = kindOf(text);
  if (kind !== undefined) return kind;
  throw new SpecError(
    'script.unknown-kind',
    `${label} is not recognised as kickstart, preseed, autoinstall, autoyast or a script that begins with #!. If it is one, name its kind in the template: ` +
      'script: {path: …, kind: preseed}.',
    { details: { script: label } },
  );
}
