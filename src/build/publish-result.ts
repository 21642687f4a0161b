import { KilnError, PublishError } from '../foundation/errors.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { mayTryAgain } from '../publish/openstack/service-error.ts';
import type { Publication } from '../publish/publication.ts';
import { type PublishTarget, publishCommand, targetName } from '../publish/publish-target.ts';
import { retryPublication } from '../publish/retry-publication.ts';
import type { BuildRun } from './build-context.ts';
import type { BuildResult, MachineResult } from './build-events.ts';
import { notePublications, type PublicationRecord, placeOf, publishedAs } from './publication-records.ts';
import type { StageProgress } from './stage-reporter.ts';

type Failure = { readonly target: PublishTarget; readonly error: KilnError };
type Success = { readonly target: PublishTarget; readonly publication: Publication };

/**
 * Publishes a finished build to every target. One that fails keeps none of the others from being tried, and the image stays where it is. The
 * build's record tells of each as soon as it is known.
 * @throws PublishError naming what was published, and the command that tries the rest again; CancelledError
 */
export async function publishResult<R extends BuildResult | MachineResult>(
  result: R,
  targets: readonly PublishTarget[],
  run: BuildRun,
): Promise<R> {
  if (targets.length === 0 || result.artifacts.length === 0) {
    run.reporter.skip('publish', targets.length === 0 ? 'nowhere asked for' : 'no image was made');
    return result;
  }
  const successes: Success[] = [];
  const failures: Failure[] = [];
  const records: PublicationRecord[] = targets.map((target) => ({ target, status: 'open' }));
  await run.reporter.run('publish', async (stage) => {
    await noteRecords(records, result, run);
    for (const [index, target] of targets.entries()) {
      try {
        const publication = await publishOnce(result, target, run, stage);
        successes.push({ target, publication });
        records[index] = publishedAs(target, publication);
      } catch (thrown) {
        run.signal.throwIfAborted();
        const error = asPublishError(thrown);
        failures.push({ target, error });
        records[index] = { target, status: 'failed', code: error.code, message: error.message };
      }
      await noteRecords(records, result, run);
    }
    stage.note(successes.map(({ publication: { target, id, url } }) => `${target} ${id ?? url}`).join(', '));
    if (failures.length > 0) throw failureOf(result, successes, failures);
  });
  const { reporter } = run;
  return {
    ...result,
    publications: successes.map(({ publication }) => publication),
    seconds: reporter.seconds(),
    stageSeconds: reporter.stageSeconds(),
  };
}

async function publishOnce(
  { directory }: BuildResult | MachineResult,
  target: PublishTarget,
  run: BuildRun,
  stage: StageProgress,
): Promise<Publication> {
  // With the client of the services, which most builds do without.
  const { publishImage } = await import('../publish/publish-image.ts');
  const { clock, logger, signal, reporter } = run;
  const onProgress = (detail: string, percent?: number): void =>
    stage.progress(`${targetName(target)}: ${detail}`, percent);
  const context = { ...run.context, clock, logger, signal, dryRun: false, onProgress };
  return retryPublication(targetName(target), () => publishImage(directory, target, context), {
    ...context,
    logger: { ...logger, warn: reporter.notice },
  });
}

/** What is published is published: a record that cannot be written is worth a notice. */
async function noteRecords(
  records: readonly PublicationRecord[],
  { buildId }: BuildResult | MachineResult,
  { context, reporter }: BuildRun,
): Promise<void> {
  await notePublications(context.places.state, buildId, [...records]).catch((error: Error) =>
    reporter.notice(`What is published is not recorded: ${error.message}`),
  );
}

/** What a folder's file system says is a refusal like any other; bugs go on as they are. */
function asPublishError(thrown: unknown): KilnError {
  const error = asKilnError(thrown);
  if (error instanceof KilnError) return error;
  throw thrown;
}

function failureOf(
  { directory }: BuildResult | MachineResult,
  successes: readonly Success[],
  failures: readonly Failure[],
): PublishError {
  const [first] = failures;
  const failed = failures.flatMap(({ target, error }) => [
    `${targetName(target)}: ${error.message}`,
    `  ${mayTryAgain(error) ? 'Try again' : 'Once that is mended, try again'} with: ${publishCommand(target, directory)}`,
  ]);
  const published = successes.map(
    ({ target, publication }) => `  ${targetName(target)}: ${placeOf(publication)}`,
  );
  const lines =
    published.length === 0
      ? [`The image is built and whole in ${directory}, but it could not be published.`, ...failed]
      : [
          `The image is built and whole in ${directory}, but it could not be published everywhere.`,
          'Published:',
          ...published,
          'Not published:',
          ...failed.map((line) => `  ${line}`),
        ];
  return new PublishError(first?.error.code ?? 'publish.service', lines.join('\n'), {
    cause: first?.error,
    details: {
      directory,
      publications: successes.map(({ publication }) => publication),
      failures: failures.map(({ target, error }) => ({
        target: targetName(target),
        code: error.code,
        message: error.message,
        command: publishCommand(target, directory),
      })),
    },
  });
}
