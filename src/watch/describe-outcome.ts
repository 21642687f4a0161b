import { formatDuration } from '../foundation/duration.ts';
import { InstallError } from '../foundation/errors.ts';
import type { Explanation, FailureCause, InstallOutcome, Silence } from './install-outcome.ts';

/** Every end of an install but the good one. */
export type BadOutcome = Exclude<InstallOutcome, { readonly kind: 'completed' }>;

const CODES: Readonly<Record<FailureCause, string>> = {
  'installer-error': 'install.failed',
  prompt: 'install.prompt',
  panic: 'install.panic',
  'no-marker': 'install.no-marker',
  crashed: 'install.crashed',
  destroyed: 'install.destroyed',
  'host-disk-full': 'install.host-disk-full',
  'not-booted': 'install.not-booted',
};

const WHAT: Readonly<Record<FailureCause, string>> = {
  'installer-error': 'The installer failed',
  prompt: 'The installer waits for an answer nobody will give',
  panic: 'The guest panicked during the install',
  'no-marker': 'The install ended early',
  crashed: 'QEMU ended during the install',
  destroyed: 'The install domain was stopped from outside',
  'host-disk-full': 'A disk of the host is full',
  'not-booted': 'The install media did not boot',
};

/** A guest that shows nothing for as long may be at work all the same; nobody can say so. */
const IDLE_SECONDS = 20;

/** What to do when the console text does not tell better. */
const REMEDIES: Readonly<Record<FailureCause, string>> = {
  'installer-error': 'Correct what the installer names; the serial log has the whole story.',
  prompt: 'Answer the question in the install script.',
  panic: 'Try another CPU model, more memory or another kernel.',
  'no-marker':
    "The installer gave up, the script ends the guest before its end, or a command of it ended before the marker's turn. Read the last lines of the console; the serial log tells the rest.",
  crashed:
    'Look for the reason in what QEMU said (logs/qemu.log of the build) and in dmesg: the kernel ends QEMU when the host runs out of memory.',
  destroyed:
    'Somebody or something on this host stopped it (virsh destroy, a shutdown of the host); build again.',
  'host-disk-full': 'Free space where the build directory lies, or build elsewhere.',
  'not-booted': 'Check that the media is bootable on this firmware.',
};

/**
 * Makes the error that the user reads: what happened, in which phase, the guest's last words, what to do, where to look.
 * @param script the lines of the install script that mend it, or what to add to it; see `mendScript`
 */
export function installErrorOf(outcome: BadOutcome, script: readonly string[] = []): InstallError {
  const { code, what, remedy } = tell(outcome);
  const { evidence } = outcome;
  const last = evidence.consoleTail.at(-1);
  const line = outcome.line ?? last;
  const add = script.length > 0 ? [] : (outcome.mend?.add ?? []);
  const text = [
    what,
    ...(evidence.phase === undefined ? [] : [`  phase: ${evidence.phase}`]),
    line === undefined
      ? '  The guest printed nothing on its serial console.'
      : `  ${line.trim() === last?.trim() ? 'last line' : 'line'}: "${line.trim()}"`,
    ...patternPlace(outcome),
    ...(remedy === undefined ? [] : [`  what to do: ${remedy}`]),
    ...decision(outcome.decidedBy, remedy),
    ...(add.length === 0 ? [] : ['  add to the install script:', ...add.map((line) => `    ${line}`)]),
    ...script.map((line, index) => (index === 0 ? `  script: ${line}` : `    ${line}`)),
    `  serial log: ${evidence.serialLog}`,
    ...(evidence.screenshot === undefined ? [] : [`  screenshot: ${evidence.screenshot}`]),
  ].join('\n');
  return new InstallError(code, text, {
    details: { ...outcome, ...(script.length === 0 ? {} : { script }) },
  });
}

const patternPlace = ({ patternAt }: Explanation): readonly string[] =>
  patternAt === undefined ? [] : [`  told by the pattern in: ${patternAt}`];

/** What was explained: the line that ended the install. @param remedy what was said already */
function decision(decided: Explanation | undefined, remedy: string | undefined): readonly string[] {
  if (decided?.line === undefined) return [];
  const { line, suggestion } = decided;
  return [
    `  then: "${line.trim()}"`,
    ...patternPlace(decided),
    ...(suggestion === undefined || suggestion === remedy ? [] : [`  what to do then: ${suggestion}`]),
  ];
}

type Telling = {
  readonly code: string;
  readonly what: string;
  /** None where the lines of the script say it all. */
  readonly remedy?: string | undefined;
};

function tell(outcome: BadOutcome): Telling {
  const { suggestion, mend } = outcome;
  switch (outcome.kind) {
    case 'failed':
      return {
        code: CODES[outcome.cause],
        what: `${WHAT[outcome.cause]}: ${lowerFirst(outcome.reason)}`,
        remedy: suggestion ?? (mend === undefined ? REMEDIES[outcome.cause] : undefined),
      };
    case 'stalled':
      return {
        code: 'install.stalled',
        what: `The install stalled: no new console text, no disk writes and no network traffic for ${formatDuration(outcome.idleSeconds)}.${before(outcome)}`,
        remedy:
          suggestion ??
          'See what it was doing last. A question the guest does not show on its serial console looks like this; so does a mirror that does not answer, or a command of the script that waits for something (begun with `exec 2> /dev/ttyS0; set -x;` it shows on the console what it does). Raise the stall limit (--stall, or limits.stall in the template) if the step really takes that long.',
      };
    case 'timed-out':
      return {
        code: 'install.timed-out',
        what: `The install did not end within ${formatDuration(outcome.limitSeconds)}.${before(outcome)}`,
        remedy:
          suggestion ??
          (outcome.idleSeconds < IDLE_SECONDS
            ? 'Raise the time limit of the template (--timeout), or find out what takes so long: the guest was still working.'
            : `See what it waits for: nothing had moved for the last ${formatDuration(outcome.idleSeconds)}. Raise the time limit of the template (--timeout) if the step really takes that long.`),
      };
  }
}

function before({ reason }: Silence): string {
  return reason === undefined ? '' : ` Shortly before, ${lowerFirst(reason)}`;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z' ]/.test(text) && !/^QEMU/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}
