import { EXIT_CODES, KilnError } from '../foundation/errors.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { safeLine, safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** What the user sees of an error, and what the program ends with. */
export type ErrorReport = { readonly text: string; readonly exitCode: number };

const CONSOLE_LINES = 15;
/** So many of them before the line that decided. */
const LINES_BEFORE = 5;

/** Where bugs go. */
const REPORT_TO = 'This is a bug in Kiln. Please report it with the lines above and the command you ran.';

/** Maps anything thrown to text and exit code: a KilnError to its message, all else to a stack trace and 70. */
export function reportError(thrown: unknown, style: Style, verbose = false): ErrorReport {
  const error = asKilnError(thrown);
  if (!(error instanceof KilnError)) {
    return { text: `${bugText(error)}\n${style.bad(REPORT_TO)}\n`, exitCode: EXIT_CODES.bug };
  }
  const lines = [
    `${style.bad('error')} ${style.faint(`[${error.code}]`)}: ${safeText(error.message)}`,
    ...evidenceLines(error, style),
    ...(verbose ? causeLines(error.cause) : []),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: error.exitCode };
}

function bugText(error: unknown): string {
  if (!(error instanceof Error)) return safeText(`Thrown: ${String(error)}`);
  const stack = safeText(error.stack ?? `${error.name}: ${error.message}`);
  return [stack, ...causeLines(error.cause)].join('\n');
}

function causeLines(cause: unknown, depth = 0): string[] {
  if (cause === undefined || depth > 5) return [];
  if (!(cause instanceof Error)) return [`caused by: ${safeLine(String(cause))}`];
  const code = cause instanceof KilnError ? ` [${cause.code}]` : '';
  return [
    `caused by: ${cause.name}: ${safeText(cause.message)}${code}`,
    ...causeLines(cause.cause, depth + 1),
  ];
}

/** What is kept when a guest fails (watch/install-outcome.ts, `Evidence`), as far as the message does not tell it already. */
function evidenceLines({ details, message }: KilnError, style: Style): string[] {
  const evidence = isRecord(details.evidence) ? details.evidence : details;
  const lines = [evidence.consoleTail, details.console].find(Array.isArray) ?? [];
  const tail = linesToShow(lines.map(String), details.line)
    .map((line) => safeLine(line))
    .filter((line) => line !== '');
  const paths = [
    ['Phase', evidence.phase],
    ['Console log', evidence.serialLog],
    ['Screenshot', evidence.screenshot],
  ] as const;
  return [
    ...(tail.length === 0 ? [] : ['Last lines of the console:']),
    ...tail.map((line) => style.faint(`  | ${line}`)),
    ...paths.flatMap(([label, value]) =>
      typeof value === 'string' && !message.includes(value) ? [`${label}: ${safeLine(value)}`] : [],
    ),
  ];
}

/**
 * The last lines, and those before the one that decided: what an installer says of a failure may be longer than a screen, as when
 * debian-installer quotes the whole command.
 */
export function linesToShow(lines: readonly string[], decisive: unknown): readonly string[] {
  const at = lines.lastIndexOf(typeof decisive === 'string' ? decisive : '');
  const from = lines.length - CONSOLE_LINES;
  if (at < 0 || at - LINES_BEFORE >= from) return lines.slice(-CONSOLE_LINES);
  const near = lines.slice(Math.max(0, at - LINES_BEFORE), at + 2);
  return [...near, '…', ...lines.slice(near.length - CONSOLE_LINES)];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
