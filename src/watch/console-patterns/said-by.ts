/** Names of exceptions, and what loggers put in front of their messages. */
const LABELS = String.raw`[\w.]*(?:Error|Exception)|Warning|WARNING|ERROR|FAIL`;

/**
 * A sentence of an installer's own. Files that are shown, descriptions of packages and traces of scripts (`set -x`) may hold the same words;
 * the installer begins a line with them, or has nothing in front but the time and names of its own.
 * @param names a part of an expression: programs of the installer that log
 */
export const saidBy = (names: string, what: RegExp): RegExp =>
  new RegExp(
    String.raw`^(?:\[\s*\d+\.\d+\]\s*)?(?:(?:(?:${names})(?:\[\d+\])?|${LABELS}): )*(?:${what.source})`,
    what.flags,
  );
