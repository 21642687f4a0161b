import { type CleanReport, cleanBuilds } from '../build/clean-builds.ts';
import { SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { safeLine } from './safe-text.ts';

export type CleanCommandOptions = {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** `kiln builds clean`. */
export async function runCleanBuilds(
  ids: readonly string[],
  options: CleanCommandOptions,
  io: CliIo,
): Promise<void> {
  if (ids.length > 0 && options.all) {
    throw new SpecError('options.invalid', 'Name builds or give --all, not both.');
  }
  const report = await cleanBuilds({
    places: placesFrom(io.env),
    env: io.env,
    ids,
    all: options.all === true,
    dryRun: options.dryRun === true,
    logger: cliLogger(io.err, options.verbose === true),
  });
  io.out.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : cleanText(report, options.dryRun === true),
  );
}

export function cleanText(report: CleanReport, dryRun: boolean): string {
  const verb = dryRun ? 'Would remove' : 'Removed';
  const end =
    report.removed.length === 0
      ? 'Nothing to remove.'
      : `${dryRun ? 'Would free' : 'Freed'} ${formatSize(report.freedBytes)}.`;
  const lines = [
    ...report.removed.map(({ kind, what }) => `${verb} ${kind} ${safeLine(what)}`),
    ...report.kept.map(({ what, why }) => `Kept ${safeLine(what)}: ${safeLine(why)}`),
    end,
  ];
  return `${lines.join('\n')}\n`;
}
