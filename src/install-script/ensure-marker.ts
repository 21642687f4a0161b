import { SpecError } from '../foundation/errors.ts';
import type { ScriptText } from './check-ending.ts';
import { lineDiff } from './line-diff.ts';
import { MARKER_PLACEHOLDER } from './marker.ts';
import { type PreseedAnswer, preseedAnswers, preseedLines } from './preseed-lines.ts';
import { placeholdersIn } from './render-script.ts';

const PLACEHOLDER = `{{${MARKER_PLACEHOLDER}}}`;

export type EditedScript = {
  readonly text: string;
  /** What was changed, as a unified diff; empty when nothing was. Made before values are filled in, so it shows no secret. */
  readonly diff: string;
};

/**
 * Makes the completion marker the script's last act, unless the script has its placeholder already.
 * @throws SpecError `script.no-marker` when the place cannot be found safely
 */
export function ensureMarker(script: ScriptText): EditedScript {
  const { text, kind, label } = script;
  if (placeholdersIn(text, kind).some(({ name }) => name === MARKER_PLACEHOLDER)) return { text, diff: '' };
  const edited = withMarker(script);
  return { text: edited, diff: lineDiff(text, edited, label) };
}

function withMarker(script: ScriptText): string {
  if (script.kind === 'preseed') return preseedWithMarker(script);
  if (script.kind === 'kickstart') return `${endedLine(script.text)}\n%post\n${PLACEHOLDER}\n%end\n`;
  const place =
    script.kind === 'autoinstall'
      ? 'the last entry of late-commands'
      : 'the last act of a chroot-script or post-script';
  throw noMarker(
    script,
    `Kiln adds its completion marker to kickstart and preseed alone; here make it ${place}`,
  );
}

function noMarker({ label }: ScriptText, why: string): SpecError {
  return new SpecError('script.no-marker', `${label}: ${why}:\n  ${PLACEHOLDER}`, {
    details: { script: label },
  });
}

const endedLine = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/**
 * debconf keeps the last answer to a question, so it is the last `preseed/late_command` that runs. The user's commands go into a
 * subshell joined by `&&`: an `exit 0` inside cannot jump over the marker, and a failing last command still fails the install
 * instead of being covered by the marker's success.
 */
function preseedWithMarker(script: ScriptText): string {
  const { text } = script;
  const late = preseedAnswers(text)
    .filter(({ question }) => question === 'preseed/late_command')
    .at(-1);
  if (late === undefined) {
    // A backslash at the end of the file would swallow the added line.
    const open = /\\$/.test(preseedLines(text).at(-1)?.raw ?? '') ? `${endedLine(text)}\n` : endedLine(text);
    return `${open}d-i preseed/late_command string ${PLACEHOLDER}\n`;
  }
  const { valueStart, valueEnd } = late;
  const rest = text.slice(valueEnd);
  if (late.value === '') return `${text.slice(0, late.end).trimEnd()} ${PLACEHOLDER}${text.slice(late.end)}`;
  if (!canBeWrapped(late)) {
    const why = `cannot add to preseed/late_command in line ${late.lineNumber}, which has a comment or an open quote; put in its end`;
    throw noMarker(script, why);
  }
  return `${text.slice(0, valueStart)}( ${text.slice(valueStart, valueEnd)} ) && ${PLACEHOLDER}${rest}`;
}

/** No `#` comment and no quote left open: either would swallow what is put behind. */
function canBeWrapped({ value }: PreseedAnswer): boolean {
  const withoutQuoted = value.replaceAll(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/g, 'x');
  return !/['"\\]/.test(withoutQuoted) && !/(^|[\s;&|(])#/.test(withoutQuoted);
}
