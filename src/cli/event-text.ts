import type { BuildEvent } from '../build/build-events.ts';
import { formatDuration } from '../foundation/duration.ts';
import { safeLine } from './safe-text.ts';

type ProgressEvent = Extract<BuildEvent, { type: 'stage-progress' }>;

/** `Installing packages (42 %, 12 of 28, about 3m left)`, harmless for the terminal. */
export function progressText(
  event: Pick<ProgressEvent, 'detail' | 'percent' | 'packages' | 'remainingSeconds'>,
): string {
  const { percent, packages, remainingSeconds } = event;
  const facts = [
    ...(percent === undefined ? [] : [`${Math.floor(Math.min(100, Math.max(0, percent)))} %`]),
    ...(packages === undefined ? [] : [`${packages.done} of ${packages.total}`]),
    ...(remainingSeconds === undefined ? [] : [remainingText(remainingSeconds)]),
  ];
  const text = safeLine(event.detail);
  return facts.length === 0 ? text : `${text} (${facts.join(', ')})`;
}

/** Coarse, since it is a guess: seconds below a minute by tens, then minutes. */
function remainingText(seconds: number): string {
  if (seconds < 10) return 'nearly done';
  return `about ${formatDuration(seconds < 60 ? Math.round(seconds / 10) * 10 : Math.round(seconds / 60) * 60)} left`;
}

/** The detail without its numbers: `Retrieving file 3 of 120` and `… 4 of 120` are one phase. */
export function phaseOf(detail: string): string {
  return safeLine(detail).replaceAll(/\d+(?:[.,]\d+)*/g, '#');
}
