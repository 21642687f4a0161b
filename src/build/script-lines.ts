import { readComplaint } from '../watch/complaint.ts';
import type { BadOutcome } from '../watch/describe-outcome.ts';
import { commandsAtWork } from './commands-at-work.ts';
import { linesComplainedOf, mendScript, type ScriptToMend } from './mend-script.ts';
import { tracedLines } from './traced-lines.ts';

/** Patterns of what decides without any program of the script: its complaints have nothing to do with that. */
const BELOW_PROGRAMS = /^(?:kernel|firmware)\./;

/** Patterns that only an installer reaches which asks a mirror, whatever its kernel arguments said: a preseeded command can start that step. */
const ASKS_MIRROR = /^debian-installer\.(?:bad-mirror$|mirror[-/])/;

/** Where the user's install script decides what went wrong. */
export function scriptLines(given: ScriptToMend, outcome: BadOutcome): readonly string[] {
  const { line, patternId = '', evidence } = outcome;
  const script = ASKS_MIRROR.test(patternId) ? { ...given, withoutMirror: false } : given;
  const mend =
    outcome.mend ?? (outcome.kind === 'failed' ? undefined : commandsAtWork(script, evidence.phase));
  const traced = tracedLines(script, mend, evidence.consoleTail);
  if (traced.length > 0) return traced;
  const decisive = mend === undefined ? [] : mendScript(script, mend);
  if (BELOW_PROGRAMS.test(patternId)) return decisive;
  // The line that decided is said last: it may have come by the syslog.
  const said = [...evidence.consoleTail, ...(line === undefined ? [] : [line])];
  const complained = linesComplainedOf(script, said, mend?.command);
  // A program names the line itself, what is known of the failure the settings that have to do with it.
  return [
    ...new Set(
      line !== undefined && readComplaint(line) ? [...complained, ...decisive] : [...decisive, ...complained],
    ),
  ];
}
