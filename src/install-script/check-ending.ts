import { SpecError } from '../foundation/errors.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { kickstartCommands, unclosedSection } from './kickstart-lines.ts';
import { preseedAnswers } from './preseed-lines.ts';

export type ScriptText = {
  readonly text: string;
  readonly kind: InstallScriptKind;
  /** How messages name the file. */
  readonly label: string;
};

/**
 * Refuses a script whose installer would stop at the end and wait for somebody.
 * @throws SpecError `script.not-unattended`, `script.contradicting-endings`, `script.unclosed-section`
 */
export function checkEnding(script: ScriptText): void {
  // Subiquity and YaST restart by themselves.
  if (script.kind === 'kickstart') checkKickstart(script);
  if (script.kind === 'preseed') checkPreseed(script);
}

function notUnattended({ label }: ScriptText, why: string, add: string): SpecError {
  const message = `${label} does not end unattended: ${why}. Add the line:\n  ${add}`;
  return new SpecError('script.not-unattended', message, { details: { script: label, add } });
}

function contradicting({ label }: ScriptText, lines: readonly number[], words: readonly string[]): SpecError {
  const message = `${label} ends in two ways: ${words.join(' and ')} (lines ${lines.join(' and ')}). Remove all but one.`;
  return new SpecError('script.contradicting-endings', message, { details: { script: label, lines } });
}

/** pykickstart's `halt` is the default: the guest stops without switching itself off, or waits for a key. */
const GOOD_ENDINGS: ReadonlySet<string> = new Set(['poweroff', 'reboot', 'shutdown']);

function checkKickstart(script: ScriptText): void {
  const open = unclosedSection(script.text);
  if (open !== undefined) {
    const message = `${script.label}:${open.lineNumber}: section ${open.section} has no %end. Add the line:\n  %end`;
    throw new SpecError('script.unclosed-section', message, {
      details: { script: script.label, line: open.lineNumber },
    });
  }
  const endings = kickstartCommands(script.text).filter(
    ({ word }) => GOOD_ENDINGS.has(word) || word === 'halt',
  );
  const words = [...new Set(endings.map(({ word }) => word))];
  if (words.length > 1)
    throw contradicting(
      script,
      endings.map(({ line }) => line.lineNumber),
      words,
    );
  if (words.length === 0)
    throw notUnattended(script, 'without an ending the installer waits for a key', 'poweroff');
  if (words[0] === 'halt')
    throw notUnattended(script, '"halt" leaves the guest running; replace it by poweroff', 'poweroff');
}

/**
 * debian-installer shows its last message ("Installation complete") at critical priority whether it is to restart or to power off
 * (finish-install; installation guide B.4.12), so `finish-install/reboot_in_progress` is needed in both cases.
 */
function checkPreseed(script: ScriptText): void {
  const answers = preseedAnswers(script.text);
  const exits = answers.filter(
    ({ question, value }) => /^debian-installer\/exit\/(halt|poweroff)$/.test(question) && value === 'true',
  );
  const undone = answers.filter(
    ({ question, value }) => question === 'debian-installer/exit/poweroff' && value === 'false',
  );
  const words = [...new Set(exits.map(({ question }) => question))];
  if (words.length > 1)
    throw contradicting(
      script,
      exits.map(({ lineNumber }) => lineNumber),
      words,
    );
  const poweroff = exits.filter(({ question }) => question.endsWith('poweroff'));
  if (poweroff.length > 0 && undone.length > 0) {
    const both = [...poweroff, ...undone];
    throw contradicting(
      script,
      both.map(({ lineNumber }) => lineNumber),
      ['poweroff true', 'poweroff false'],
    );
  }
  if (words[0] === 'debian-installer/exit/halt') {
    const add = 'd-i debian-installer/exit/poweroff boolean true';
    throw notUnattended(script, 'exit/halt leaves the guest running; replace it by exit/poweroff', add);
  }
  if (!answers.some(({ question }) => question === 'finish-install/reboot_in_progress')) {
    const add = 'd-i finish-install/reboot_in_progress note';
    throw notUnattended(script, 'debian-installer shows "Installation complete" and waits', add);
  }
}
