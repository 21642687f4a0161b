import { lineOf } from './edit/text-edits.ts';
import { otherDisk } from './lint/disk-name.ts';
import { type PreseedAnswer, preseedAnswers } from './preseed-lines.ts';

/** A disk in a shell command that the guest does not have. `line`: of the script, continuation lines counted. */
export type CommandDisk = { readonly name: string; readonly line: number; readonly question: string };

export const COMMAND_QUESTIONS = [
  'preseed/early_command',
  'partman/early_command',
  'preseed/include_command',
  'preseed/late_command',
];

const NAME = /(?<![\w/])\/dev\/[a-z]+\d*[a-z]*\d*(?:p\d+)?(?![\w/])/g;
/** What only asks whether a disk is there. */
const ASKED = /(?:-[be]|\bexists?)\s+"?$/;

/**
 * Disks that the commands of a preseed file name, with which they put `partman-auto/disk` for one (`debconf-set`). Where the guest's own
 * is named beside them, the command chooses.
 * @param disk name of the guest's one disk: `vda`
 */
export function otherDisksInCommands(
  text: string,
  disk: string | undefined,
  answers: readonly PreseedAnswer[] = preseedAnswers(text),
): readonly CommandDisk[] {
  return answers
    .filter(({ question }) => COMMAND_QUESTIONS.includes(question))
    .flatMap((answer) => {
      const value = text.slice(answer.valueStart, answer.valueEnd);
      const names = [...value.matchAll(NAME)];
      const chooses = names.some(([name]) => name.startsWith(`/dev/${disk}`));
      if (chooses) return [];
      return names
        .filter(
          ({ 0: name, index }) =>
            otherDisk(name, { ...(disk === undefined ? {} : { disk }) }) !== undefined &&
            !ASKED.test(value.slice(0, index)),
        )
        .map(({ 0: name, index }) => ({
          name,
          line: lineOf(text, answer.valueStart + index),
          question: answer.question,
        }));
    });
}
