import type { InstallScriptKind } from '../spec/build-spec.ts';
import { COMMAND_QUESTIONS } from './command-disks.ts';
import { lineOf } from './edit/text-edits.ts';
import { MARKER_PLACEHOLDER } from './marker.ts';
import { plainExit } from './plain-exit.ts';
import { type PreseedAnswer, preseedAnswers } from './preseed-lines.ts';
import { placeholdersIn } from './render-script.ts';
import { restSwallower } from './rest-swallower.ts';

const LATE = 'preseed/late_command';

/** debconf keeps the last answer to a question, so it is the last `preseed/late_command` that runs. */
export const lateCommand = (text: string): PreseedAnswer | undefined =>
  preseedAnswers(text).findLast(({ question }) => question === LATE);

/** What keeps a marker from being run: the line to look at, and a sentence without its end. */
export type Obstacle = { readonly line: number; readonly why: string };

/** Of each marker that stands in a script, comments left out: what keeps it from being run, undefined when nothing that can be seen does. */
export function markersIn(text: string, kind: InstallScriptKind): readonly (Obstacle | undefined)[] {
  return placeholdersIn(text, kind)
    .filter(({ name }) => name === MARKER_PLACEHOLDER)
    .map(({ offset }) => (kind === 'preseed' ? preseedObstacle(text, offset) : undefined));
}

function preseedObstacle(text: string, offset: number): Obstacle | undefined {
  const late = lateCommand(text);
  const holder = preseedAnswers(text).find((one) => offset >= one.valueStart && offset < one.valueEnd);
  const runs = holder !== undefined && COMMAND_QUESTIONS.includes(holder.question);
  if (!runs || (holder.question === LATE && holder.lineNumber !== late?.lineNumber)) {
    const why =
      late === undefined || holder?.lineNumber === late.lineNumber
        ? `it is no part of a late_command (${LATE})`
        : `it is no part of the late_command that counts (line ${late.lineNumber}; each of its lines but the last ends with a backslash and nothing behind it)`;
    return { line: lineOf(text, offset), why };
  }
  const before = text.slice(holder.valueStart, offset);
  const at = (found: number): number => lineOf(text, holder.valueStart + found);
  const swallower = restSwallower(before);
  if (swallower?.by === '#')
    return { line: at(swallower.offset), why: 'a comment (#) in the command in front of it swallows it' };
  const exit = plainExit(before);
  return exit === undefined ? undefined : { line: at(exit), why: 'an exit in front of it ends the command' };
}
