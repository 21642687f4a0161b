import type { BuildEvent } from '../build/build-events.ts';

/** Shows a build while it runs. What comes after its end (summary, error) is not its business. */
export type BuildRenderer = {
  /** Never throws and never waits: it is called from inside the build. */
  show(event: BuildEvent): void;
  /** A line beside the events: a warning, "stopping". Absent where nothing but events may be printed. */
  say?(line: string): void;
  /** The build is over, however it ended, or only the view of it (`goesOn`); resolves when the screen is at rest. */
  close(goesOn?: 'goesOn'): Promise<void>;
};
