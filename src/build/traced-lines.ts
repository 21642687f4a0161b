import { locateRun, locateSettings } from '../install-script/locate-settings.ts';
import { endsScript, letsPass, tracedCommand } from '../watch/complaint.ts';
import type { Explanation } from '../watch/install-outcome.ts';
import { type ScriptToMend, shownPlaces } from './mend-script.ts';

/** Settings that hold commands: `preseed/late_command`, `%post`, `late-commands`. */
const OF_COMMANDS = /_command$|^%p|-commands$/;

/**
 * Of a script's command that failed with a trace on (`set -x`): the line that ran last, which may have failed without a word, and the setting
 * it belongs to. Whatever complained before it did not end the command, since it went on.
 */
export function tracedLines(
  script: ScriptToMend,
  mend: Explanation['mend'],
  consoleTail: readonly string[],
): readonly string[] {
  if (!mend?.settings.every((name) => OF_COMMANDS.test(name))) return [];
  const ran = locateRun(script.original, lastTraced(consoleTail) ?? '');
  const [{ lineNumber } = { lineNumber: 0 }] = ran;
  const around = locateSettings(script.original, script.kind, mend.settings).findLast(
    (setting) => setting.lineNumber < lineNumber,
  );
  return shownPlaces(script, around === undefined ? ran : [...ran, around]);
}

/** undefined where the trace tells of no failure: none was on, or it ended with a command that succeeds. */
function lastTraced(consoleTail: readonly string[]): string | undefined {
  const last = consoleTail
    .flatMap((line) => tracedCommand(line) ?? [])
    .findLast((command) => !endsScript(command));
  return last === undefined || letsPass(last) ? undefined : last;
}
