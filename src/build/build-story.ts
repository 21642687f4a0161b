import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isRawScreen } from '../watch/recent-screens.ts';
import type { PhaseSpan } from '../watch/recorder.ts';
import { buildDirectory } from './build-directory.ts';
import { type BuildRecord, isDamaged } from './build-records.ts';
import { type FailureRecord, readFailure, readTimeline } from './failure-record.ts';
import { type Replaced, replacedIn } from './folder-owner.ts';
import { canResume } from './interrupted-install.ts';
import { phasesSoFar } from './phases-so-far.ts';

/** What a build left that tells its story. */
export type BuildStory = {
  readonly build: BuildRecord;
  /** A build that failed before it had anything to leave has no folder, nor one whose user removed it. */
  readonly folderExists: boolean;
  readonly failure?: FailureRecord | undefined;
  readonly phases: readonly PhaseSpan[];
  /** Files of the log folder that hold something, relative to it; of screenshots the pictures. */
  readonly evidence: readonly string[];
  /** Where its folder holds another build's instead of its own: which one's. */
  readonly replaced?: Replaced;
  /** Whether it was interrupted and can be resumed, as far as its files tell. */
  readonly canResume: boolean;
};

/** Reads what is there; a build that has just begun has none of it. Of one that has not come to its end the phases are those it has told. */
export async function readStory(build: BuildRecord, stateDir: string): Promise<BuildStory> {
  // Its folder is not known.
  if (isDamaged(build)) return { build, folderExists: false, phases: [], evidence: [], canResume: false };
  const directory = buildDirectory(build.directory, build.id);
  const known = {
    build,
    folderExists: existsSync(directory.root),
    canResume: await canResume(build, stateDir),
    replaced: await replacedIn(directory, build.id),
  };
  if (known.replaced.logs !== undefined) return { ...known, phases: [], evidence: [] };
  const [failure, timeline, names] = await Promise.all([
    readFailure(directory),
    readTimeline(directory),
    readdir(directory.logs, { recursive: true, withFileTypes: true }).catch(() => []),
  ]);
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const tell = await Promise.all(files.map(saysSomething));
  const evidence = files
    .filter((_, index) => tell[index])
    .map((path) => relative(directory.logs, path))
    .filter((name) => !isRawScreen(name))
    .sort();
  const mayLackTimeline = build.status !== 'succeeded' && build.status !== 'failed';
  const phases = mayLackTimeline && timeline.length === 0 ? await phasesSoFar(build, stateDir) : timeline;
  return { ...known, failure, phases, evidence };
}

/** A log that nobody wrote to, or that a full disk left empty, is no evidence. */
async function saysSomething(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size > 0;
}
