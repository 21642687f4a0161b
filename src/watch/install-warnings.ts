import { matchPattern, type WatchedPattern } from './console-pattern.ts';
import type { InstallWarning } from './install-outcome.ts';

export type InstallWarnings = {
  /** Takes the next whole line, of the console or of the installer's log. */
  read(line: string): void;
  all(): readonly InstallWarning[];
};

/** A guest may say the same without end. */
const MOST_WARNINGS = 20;

/** Gathers what an installer passes over; said on the console and in a log, it is told once. */
export function createInstallWarnings(patterns: readonly WatchedPattern[]): InstallWarnings {
  const seen = new Map<string, InstallWarning>();
  return {
    read: (text) => {
      const match = matchPattern(patterns, text);
      if (match === undefined || seen.size >= MOST_WARNINGS) return;
      const { id: patternId, meaning, remedy = '' } = match.pattern;
      const { line, code } = match.caught ?? {};
      const warning = {
        patternId,
        meaning,
        remedy,
        ...(line === undefined ? {} : { line: Number(line) }),
        ...(code === undefined ? {} : { code: Number(code) }),
      };
      seen.set(`${line} ${code}`, warning);
    },
    all: () => [...seen.values()],
  };
}
