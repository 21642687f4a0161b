import type { BuildEvent } from '../build/build-events.ts';
import { safeLine } from './safe-text.ts';

type ProgressEvent = Extract<BuildEvent, { type: 'stage-progress' }>;

/** `Installing packages (42 %)`, harmless for the terminal. */
export function progressText({ detail, percent }: Pick<ProgressEvent, 'detail' | 'percent'>): string {
  const text = safeLine(detail);
  return percent === undefined ? text : `${text} (${Math.floor(Math.min(100, Math.max(0, percent)))} %)`;
}

/** The detail without its numbers: `Retrieving file 3 of 120` and `… 4 of 120` are one phase. */
export function phaseOf(detail: string): string {
  return safeLine(detail).replaceAll(/\d+(?:[.,]\d+)*/g, '#');
}
