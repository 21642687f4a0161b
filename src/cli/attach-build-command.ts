import type { BuildContext } from '../build/build-context.ts';
import type { BuildResult } from '../build/build-events.ts';
import { findBuild, isDamaged, requireWhole } from '../build/build-records.ts';
import { requireAwake } from '../build/require-awake.ts';
import { KilnError, SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { type ShowOptions, showBuild } from './build-command.ts';
import type { CliIo } from './cli-io.ts';
import { detachResume } from './detach-build.ts';
import { safeLine } from './safe-text.ts';
import { showFollowed } from './show-followed.ts';

/**
 * `kiln builds attach ID`: the view of a build, wherever it runs; one whose Kiln was killed is gone on with here.
 * @returns the exit code of the build
 */
export async function runAttachBuild(id: string, options: ShowOptions, io: CliIo): Promise<number> {
  const { state } = placesFrom(io.env);
  const build = await findBuild(state, id);
  requireAwake(build);
  if (build.status !== 'running') requireWhole(build);
  else if (isDamaged(build)) io.err.write(`${safeLine(build.error?.message ?? '')}\n`);
  if (build.status !== 'interrupted') return showFollowed(build, options, io);
  try {
    return await showBuild(options, io, resuming(build.id), runsElsewhere);
  } catch (error) {
    if (!runsElsewhere(error)) throw error;
    return showFollowed(await findBuild(state, build.id), options, io);
  }
}

/** Another attach or resume was quicker. */
const runsElsewhere = (error: unknown): boolean =>
  error instanceof KilnError && error.code === 'builds.running';

const resuming =
  (id: string) =>
  async (context: BuildContext): Promise<BuildResult> => {
    const { resumeBuild } = await import('../build/resume-build.ts');
    return resumeBuild(id, context);
  };

/** `kiln builds resume ID`. @returns the exit code of the build */
export async function runResumeBuild(
  id: string,
  options: ShowOptions & { readonly detach?: boolean },
  io: CliIo,
): Promise<number> {
  if (options.detach) return detachResume(id, options, io);
  return showBuild(options, io, resuming(id));
}

/** `kiln builds stop ID`. */
export async function runStopBuild(id: string, io: CliIo): Promise<void> {
  const { stopBuild } = await import('../build/stop-build.ts');
  const interest = new AbortController();
  const leave = (): void => interest.abort();
  io.signals.on('SIGINT', leave);
  try {
    const build = await stopBuild(placesFrom(io.env).state, id, interest.signal);
    if (build.status === 'cancelled') io.out.write(`Build ${build.id} is stopped and cleaned up.\n`);
    else {
      throw new SpecError(
        'builds.not-running',
        `Build ${build.id} ended before it was stopped: ${build.status}.`,
      );
    }
  } finally {
    io.signals.off('SIGINT', leave);
  }
}
