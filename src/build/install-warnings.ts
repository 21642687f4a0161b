import type { InstallWarning } from '../watch/install-outcome.ts';
import { originalLine } from './mend-script.ts';
import type { BuildScript } from './render-for-build.ts';

/**
 * What the user should know of an install that ended well, one line each: the installer passed over a part of the script that failed.
 * Lines are those of the user's own script. Holds no path of this machine, since the manifest has it as well.
 */
export function warningTexts(
  warnings: readonly InstallWarning[],
  script: Pick<BuildScript, 'name' | 'original' | 'text'> | undefined,
): readonly string[] {
  return warnings.map(({ meaning, remedy, line, code }) => {
    const place = script && line !== undefined ? originalLine(script, line) : undefined;
    const where = place && script ? ` (${script.name}:${place.lineNumber}: ${place.text})` : lineText(line);
    const ended = code === undefined ? '' : ` with exit code ${code}`;
    return `The install went on although ${meaning}${ended}${where}. ${remedy}`;
  });
}

/** A line that Kiln put in, or of a script that the media bring. */
const lineText = (line: number | undefined): string =>
  line === undefined ? '' : ` (line ${line} of the script that the installer got)`;
