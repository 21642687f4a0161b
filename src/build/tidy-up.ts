import type { BuildRun } from './build-context.ts';
import { cleanInterrupted } from './clean-builds.ts';

/** What builds that were killed left is removed before another begins; guests that still install, and disks that others use, are only told of. Nothing that could have been resumed goes without a word. */
export async function tidyUp({ context, logger, reporter }: BuildRun): Promise<void> {
  const { kept, resumable, failed } = await cleanInterrupted({
    places: context.places,
    env: context.env,
    logger,
  });
  for (const { what, why, isGuest, isTheirs } of kept) {
    if (isGuest || isTheirs) reporter.notice(`Left alone: ${what}: ${why}.`);
  }
  for (const { id, name } of resumable) {
    reporter.notice(
      `Removed what is left of the killed build ${id} (${name}), which could have been resumed until now.`,
    );
  }
  for (const { id, error } of failed) {
    reporter.notice(
      `What the killed build ${id} left could not be removed: ${error.message} \`kiln builds clean ${id}\` tries again.`,
    );
  }
}
