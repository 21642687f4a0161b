import { asKilnError } from '../foundation/system-error.ts';
import type { BuildRun } from './build-context.ts';
import type { BuildResult } from './build-events.ts';
import type { ClaimedBuild } from './claim-build.ts';

/** The images are in place and good: a record that cannot be written is worth a notice, not them. */
export async function recordSuccess(
  { claimed, run }: { readonly claimed: ClaimedBuild; readonly run: BuildRun },
  { artifacts, seconds }: Pick<BuildResult, 'artifacts' | 'seconds'>,
): Promise<void> {
  await claimed.succeeded(artifacts, seconds).catch((error: unknown) => {
    const why = asKilnError(error);
    run.reporter.notice(
      `The images are in place, but no record says so: ${why instanceof Error ? why.message : String(why)}`,
    );
  });
}
