import { endedLine } from '../../edit/text-edits.ts';
import { preseedLines } from '../../preseed-lines.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';
import { consolesLacking, SERIAL_CONSOLE } from '../serial-console.ts';
import { answerTo } from './answer-rules.ts';

type Script = ScriptOf<'preseed'>;
type Rule = LintRule<Script>;

const NOTE = 'finish-install/reboot_in_progress';
const POWEROFF = 'debian-installer/exit/poweroff';
const HALT = 'debian-installer/exit/halt';

/** A backslash at the end of the file would swallow an added line. */
export function appendAnswer(text: string, line: string): string {
  const open = /\\$/.test(preseedLines(text).at(-1)?.raw ?? '');
  return `${open ? `${endedLine(text)}\n` : endedLine(text)}${line}\n`;
}

/**
 * debian-installer shows its last message ("Installation complete") at critical priority whether it is to restart or to power off
 * (finish-install; installation guide B.4.12), so the note is needed in both cases.
 */
const noEnding: Rule = {
  id: 'preseed.no-ending',
  severity: 'error',
  about: 'the last message is shown and waits for Enter',
  check: (script) =>
    answerTo(script, NOTE) === undefined
      ? [
          {
            line: MISSING,
            message: 'debian-installer shows "Installation complete" and waits',
            fix: `add the lines: d-i ${NOTE} note, and d-i ${POWEROFF} boolean true`,
          },
        ]
      : [],
  mend: (script) => {
    const text = appendAnswer(script.text, `d-i ${NOTE} note`);
    const ends = answerTo(script, POWEROFF) ?? answerTo(script, HALT);
    return ends === undefined ? appendAnswer(text, `d-i ${POWEROFF} boolean true`) : text;
  },
};

const halts: Rule = {
  id: 'preseed.halts',
  severity: 'error',
  about: 'exit/halt leaves the guest running',
  check: (script) => {
    const halt = answerTo(script, HALT);
    if (halt?.value !== 'true' || answerTo(script, POWEROFF)?.value === 'true') return [];
    const message = 'exit/halt leaves the guest running for ever';
    return [{ line: halt.lineNumber, message, fix: `write: d-i ${POWEROFF} boolean true` }];
  },
};

const twoEndings: Rule = {
  id: 'preseed.two-endings',
  severity: 'error',
  about: 'two endings that contradict each other',
  check: ({ answers }) => {
    const said = answers
      .filter(({ question }) => question === POWEROFF || question === HALT)
      .filter(({ question, value }) => question === POWEROFF || value === 'true');
    const words = new Set(said.map(({ question, value }) => `${question} ${value}`));
    const last = said.at(-1);
    if (words.size < 2 || last === undefined) return [];
    const where = said.map(({ lineNumber }) => lineNumber).join(' and ');
    const message = `the script ends in two ways: ${[...words].join(' and ')} (lines ${where})`;
    return [{ line: last.lineNumber, message, fix: 'remove all but one' }];
  },
};

const noConsole: Rule = {
  id: 'preseed.no-serial-console',
  severity: 'warning',
  about: 'the installed system says nothing on its serial port',
  check: ({ text }, { family }): readonly Hit[] =>
    family === 'test-installer' || /console=ttyS0/.test(text)
      ? []
      : [
          {
            line: MISSING,
            message: 'the installed kernel is given no serial console',
            fix: `add the line: d-i debian-installer/add-kernel-opts string ${SERIAL_CONSOLE}`,
          },
        ],
  mend: (script) => {
    const { text } = script;
    const present = answerTo(script, 'debian-installer/add-kernel-opts');
    if (present === undefined)
      return appendAnswer(text, `d-i debian-installer/add-kernel-opts string ${SERIAL_CONSOLE}`);
    const before = text.slice(0, present.valueEnd);
    return `${before} ${consolesLacking(present.value)}${text.slice(present.valueEnd)}`;
  },
};

export const ENDING_RULES: readonly Rule[] = [noEnding, halts, twoEndings, noConsole];
