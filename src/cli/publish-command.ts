import { resolve } from 'node:path';
import { systemClock } from '../foundation/clock.ts';
import { placesFrom } from '../foundation/places.ts';
import type { Publication } from '../publish/publication.ts';
import type { PublishTarget, TargetKind } from '../publish/publish-target.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { reportError } from './error-report.ts';
import { ENDING_OF_PUBLISHING, listenForInterruption } from './interruption.ts';
import { publicationText } from './publication-text.ts';
import { publishFailure } from './publish-failure.ts';
import { type PublishOptionValues, targetOf } from './publish-options.ts';
import { publishedThing } from './published-thing.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { styleFor } from './style.ts';

/**
 * `kiln publish glance|cinder|ironic|http WHAT`.
 * @returns the exit code
 */
export async function runPublish(
  kind: TargetKind,
  what: string | undefined,
  options: PublishOptionValues,
  io: CliIo,
): Promise<number> {
  const place = options.to ?? options.cloud;
  const target = targetOf(kind, typeof place === 'string' ? place : '', options);
  const { publishImage } = await import('../publish/publish-image.ts');
  const say = (line: string): void => io.err.write(`${line}\n`);
  const interruption = listenForInterruption(io, say, () => ENDING_OF_PUBLISHING);
  const progress = options.json ? jsonProgress(io) : textProgress(io);
  try {
    const thing = what === undefined ? undefined : await publishedThing(what, io);
    const publication = await publishImage(thing, target, {
      env: io.env,
      cwd: io.cwd,
      clock: systemClock,
      logger: { ...cliLogger(io.err, options.verbose === true), warn: (text) => say(safeLine(text)) },
      signal: interruption.signal,
      dryRun: options.dryRun === true,
      onProgress: progress.show,
    });
    progress.end();
    show(publication, options, io);
    if (thing !== undefined && options.dryRun !== true)
      await noteLater(resolve(io.cwd, thing), target, publication, io);
    return 0;
  } catch (error) {
    progress.end();
    if (options.json) io.out.write(`${safeJson(publishFailure(error))}\n`);
    const report = reportError(error, styleFor(io.err), options.verbose === true);
    io.err.write(report.text);
    return report.exitCode;
  } finally {
    interruption.end();
  }
}

/** What is published is published: a record that cannot be written is worth a line. */
async function noteLater(
  path: string,
  target: PublishTarget,
  publication: Publication,
  io: CliIo,
): Promise<void> {
  const { noteLaterPublication, publishedAs } = await import('../build/publication-records.ts');
  const { state } = placesFrom(io.env);
  await noteLaterPublication(state, path, publishedAs(target, publication)).catch((error: Error) =>
    io.err.write(`The build's record does not tell of it: ${safeLine(error.message)}\n`),
  );
}

function show(publication: Publication, options: PublishOptionValues, io: CliIo): void {
  if (options.json) io.out.write(`${safeJson({ type: 'published', ...publication })}\n`);
  else io.out.write(publicationText(publication, styleFor(io.out)));
}

type Progress = { readonly show: (detail: string, percent?: number) => void; readonly end: () => void };

function jsonProgress(io: CliIo): Progress {
  let last = '';
  return {
    show: (detail, percent) => {
      const tenth = `${detail} ${Math.floor((percent ?? 0) / STEP)}`;
      if (tenth === last) return;
      last = tenth;
      io.out.write(
        `${safeJson({ type: 'publish-progress', detail, ...(percent === undefined ? {} : { percent }) })}\n`,
      );
    },
    end: () => {},
  };
}

const STEP = 10;

/** One line that redraws itself on a terminal; elsewhere a line for each tenth. */
function textProgress(io: CliIo): Progress {
  let last = '';
  let open = false;
  return {
    show: (detail, percent) => {
      const shown = percent === undefined || io.err.isTerminal ? percent : Math.floor(percent / STEP) * STEP;
      const line = safeLine(shown === undefined ? detail : `${detail}: ${shown} %`);
      if (line === last) return;
      last = line;
      open = io.err.isTerminal;
      io.err.write(open ? `\r\x1b[K${line}` : `${line}\n`);
    },
    end: () => {
      if (open) io.err.write('\r\x1b[K');
      open = false;
    },
  };
}
