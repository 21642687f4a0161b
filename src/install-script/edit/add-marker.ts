import { assertNever } from '../../foundation/assert-never.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import { parseAutoinstall } from '../autoinstall-document.ts';
import { MARKER_PLACEHOLDER } from '../marker.ts';
import { lateCommand, type Obstacle } from '../marker-reach.ts';
import { type PreseedAnswer, preseedLines } from '../preseed-lines.ts';
import { restSwallower } from '../rest-swallower.ts';
import { addLateCommand } from './autoinstall-edits.ts';
import { addChrootScript } from './autoyast-edits.ts';
import { endedLine, lineOf } from './text-edits.ts';
import { appendBeforeEnding } from './user-script-edits.ts';

const PLACEHOLDER = `{{${MARKER_PLACEHOLDER}}}`;

/**
 * The text with the completion marker as its last act; undefined when the place cannot be found safely.
 * @param endless the dialect has no `%end` (RHEL 5)
 */
export function addMarker(text: string, kind: InstallScriptKind, endless = false): string | undefined {
  switch (kind) {
    case 'kickstart':
      return `${endedLine(text)}\n%post\n${PLACEHOLDER}\n${endless ? '' : '%end\n'}`;
    case 'preseed':
      return preseedWithMarker(text);
    case 'autoinstall':
      return addLateCommand({ text, document: parseAutoinstall(text) }, PLACEHOLDER, 'last');
    case 'autoyast':
      return addChrootScript(text, 'zz-kiln-marker.sh', PLACEHOLDER);
    case 'user-script':
      return appendBeforeEnding(text, PLACEHOLDER);
    default:
      return assertNever(kind);
  }
}

/**
 * The user's commands go into a
 * subshell joined by `&&`: an `exit 0` inside cannot jump over the marker, and a failing last command still fails the install
 * instead of being covered by the marker's success.
 */
function preseedWithMarker(text: string): string | undefined {
  const late = lateCommand(text);
  if (late === undefined) {
    // A backslash at the end of the file would swallow the added line.
    const open = /\\$/.test(preseedLines(text).at(-1)?.raw ?? '') ? `${endedLine(text)}\n` : endedLine(text);
    return `${open}d-i preseed/late_command string ${PLACEHOLDER}\n`;
  }
  const { valueStart, valueEnd } = late;
  if (late.value === '') return `${text.slice(0, late.end).trimEnd()} ${PLACEHOLDER}${text.slice(late.end)}`;
  if (!canBeWrapped(late)) return undefined;
  const rest = text.slice(valueEnd);
  return `${text.slice(0, valueStart)}( ${text.slice(valueStart, valueEnd)} ) && ${PLACEHOLDER}${rest}`;
}

/** No `#` comment and no quote left open: either would swallow what is put behind. */
const canBeWrapped = ({ value }: PreseedAnswer): boolean => restSwallower(value) === undefined;

/** Why `addMarker` finds no place in a script, as far as that can be told: the line, and what stands there. */
export function whyNoPlace(text: string, kind: InstallScriptKind): Obstacle | undefined {
  const late = kind === 'preseed' ? lateCommand(text) : undefined;
  if (late === undefined) return undefined;
  const found = restSwallower(text.slice(late.valueStart, late.valueEnd));
  if (found === undefined) return undefined;
  const line = lineOf(text, late.valueStart + found.offset);
  const what = {
    '#': 'a comment (#)',
    '"': 'an open quote (")',
    "'": "an open quote (')",
    '\\': 'a backslash',
  };
  return { line, why: `${what[found.by]} in the late_command would swallow it` };
}
