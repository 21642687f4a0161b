/** A program that complains in the way of Unix: `cp: can't stat '/nothere'`, also with the shell's script and line in front. */
export type Complaint = {
  readonly program: string;
  /** What it says. */
  readonly text: string;
};

const COMPLAINT = /^(?:[\w./-]+: (?:line )?\d+: )?([a-z][\w.+-]*): (\S.*)$/;
const SHELL = /^\S*sh$/;
/** A shell speaks of the program that it does not find: `sh: ethtoolll: not found`. */
const CALLED = /^(?:line \d+: |\d+: )?([\w./+-]+): /;
/** Words in front of a colon that are no program, and what installers say at every start (debian-installer looks for a floppy). */
const NO_PROGRAM = /^(?:error|warning|warn|note|info|debug|notice)$/;
const HARMLESS = /^u?mount: .*(?:\/dev\/fd0|\/media\b)/;
/** What a reader says of the empty input that another program left it. */
const CONSEQUENCE =
  /short read|unexpected (?:end of|EOF)|invalid magic|not in gzip format|Child returned status|Exiting with failure status|write error: Broken pipe/i;
/** The words of failure in C's library and in usual programs. */
const FAILURE =
  /\b(?:can't|cannot|could not|couldn't|no such|not found|failed|failure|invalid|unrecognized|unknown|denied|not permitted|error|unable|usage|refused|missing|bad|read-only|timed out|no space)\b/i;

export function readComplaint(line: string): Complaint | undefined {
  const text = line.trim();
  if (HARMLESS.test(text) || CONSEQUENCE.test(text)) return undefined;
  const [, program = '', said = ''] = COMPLAINT.exec(text) ?? [];
  if (program === '' || NO_PROGRAM.test(program)) return undefined;
  const called = SHELL.test(program) ? CALLED.exec(said)?.[1] : undefined;
  return called === undefined
    ? { program, text: said }
    : { program: called, text: said.slice(said.indexOf(called) + called.length + 2) };
}

/** For lines that nothing else tells from a program's usual talk. */
export function saysFailure({ text }: Complaint): boolean {
  return FAILURE.test(text);
}

/** The trace of a shell (`set -x`): `+ cp /a /b`. */
export function tracedCommand(line: string): string | undefined {
  return /^\++ (\S.*)$/.exec(line.trim())?.[1];
}

/** A traced command after which the script goes on although the one before failed: `failing || true`. */
export function letsPass(command: string): boolean {
  return command === 'true' || command === ':';
}

/** A traced command with which a script ends since the one before failed. */
export function endsScript(command: string): boolean {
  return /^(?:exit|return|false)\b/.test(command);
}

/** Whether a shell command calls a program and lets every failure of it pass: `program x || true`. */
export function isLetPassIn(command: string, program: string): boolean {
  const calls = command.split(/;|&&|\n|(?<!\|)\|(?!\|)/).filter((part) => isCalledIn(part, program));
  return calls.length > 0 && calls.every((part) => /\|\|\s*(?:true|:)\s*[)}]?\s*$/.test(part));
}

/** What a list ends with so that the program before it may still have decided. */
const UNDECIDED = /^[\s\\]*(?:(?:exit|return|false|fi|done|esac)\b|\})/;

/** The one of a list of commands that decides how it ends: without `set -e` the last (POSIX, Shell Command Language 2.9.3). undefined where that is not sure. */
export function decidingCommand(list: string): string | undefined {
  if (/\bset -[a-z]*e|\berrexit\b/.test(list)) return undefined;
  const last = list.split(';').findLast((part) => part.trim() !== '') ?? '';
  return UNDECIDED.test(last) ? undefined : last;
}

/** Whether a program's failure is lost, since a command behind it decides. */
export function isForgottenIn(command: string, program: string): boolean {
  if (!isCalledIn(command, program)) return false;
  // Kiln may have put the user's own into brackets, and more behind.
  const last = decidingCommand(command.replace(/\)\s*&&[\s\S]*$/, ''));
  return last !== undefined && !isCalledIn(last, program);
}

/** Whether a shell command names a program. */
export function isCalledIn(command: string, program: string): boolean {
  return command.split(/[\s;&|(){}"'`]+/).some((word) => word === program || word.endsWith(`/${program}`));
}
