import { lineAt, type ScriptPlace } from '../install-script/locate-settings.ts';
import { preseedAnswers } from '../install-script/preseed-lines.ts';
import { decidingCommand } from '../watch/complaint.ts';
import type { Explanation } from '../watch/install-outcome.ts';

/** What a shell ends with when there is no such program. */
const NO_PROGRAM = /\b127$/;

/**
 * Of a list of commands that ended for want of a program: the lines of its last command, which alone decides how the list ends.
 * @param setting where the list begins
 */
export function lastCommandLines(
  original: string,
  setting: ScriptPlace,
  { named = '' }: NonNullable<Explanation['mend']>,
): readonly ScriptPlace[] {
  const answer = preseedAnswers(original).find(({ lineNumber }) => lineNumber === setting.lineNumber);
  if (answer === undefined || !NO_PROGRAM.test(named)) return [];
  const last = decidingCommand(answer.raw.replace(/[\s\\;]+$/, ''));
  if (last === undefined) return [];
  const end = answer.raw.lastIndexOf(last) + last.length;
  const lineOf = (offset: number): number =>
    answer.lineNumber + answer.raw.slice(0, offset).split('\n').length - 1;
  const first = lineOf(end - last.replace(/^[\s\\]+/, '').length);
  if (first === answer.lineNumber) return [];
  return Array.from({ length: lineOf(end) - first + 1 }, (_, index) =>
    lineAt(original, first + index),
  ).filter((place) => place !== undefined);
}
