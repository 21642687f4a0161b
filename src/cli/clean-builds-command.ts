import { type CleanReport, cleanBuilds, type FailedClean } from '../build/clean-builds.ts';
import type { CleanedItem } from '../build/remove-path.ts';
import { HostError, type KilnError, SpecError } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { safeJson, safeLine } from './safe-text.ts';

export type CleanCommandOptions = {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
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
  if (ids.length === 0 && options.force) {
    throw new SpecError('options.invalid', '--force goes with the ids of the builds to forget.');
  }
  const report = await cleanBuilds({
    places: placesFrom(io.env),
    env: io.env,
    ids,
    all: options.all === true,
    dryRun: options.dryRun === true,
    force: options.force === true,
    logger: cliLogger(io.err, options.verbose === true),
  });
  io.out.write(options.json ? jsonText(report) : cleanText(report, options.dryRun === true));
  const [first] = report.failed;
  if (first !== undefined) throw nameBuild(first);
}

/** What is wrong may be a path or a libvirt that many builds share. */
function nameBuild({ id, error }: FailedClean): KilnError {
  if (!(error instanceof HostError)) return error;
  const { code, message, details, cause } = error;
  return new HostError(code, `Build ${id} could not be cleaned up: ${message}`, { details, cause });
}

function jsonText(report: CleanReport): string {
  const failed = report.failed.map(({ id, error: { code, message } }) => ({ id, code, message }));
  return `${safeJson({ ...report, failed }, 2)}\n`;
}

export function cleanText(report: CleanReport, dryRun: boolean): string {
  const verb = dryRun ? 'Would remove' : 'Removed';
  const end =
    report.removed.length === 0
      ? 'Nothing to remove.'
      : `${dryRun ? 'Would free' : 'Freed'} ${formatSize(report.freedBytes)}.`;
  const lines = [
    ...report.removed.map((item) => `${verb} ${itemText(item)}`),
    ...report.kept.map(({ what, why }) => `Kept ${safeLine(what)}: ${safeLine(why)}`),
    // The first one is what the command ends with.
    ...report.failed
      .slice(1)
      .map(({ id, error }) => `Build ${safeLine(id)} could not be cleaned up: ${safeLine(error.message)}`),
    ...report.resumable.map(({ id, name }) => resumableText(safeLine(id), safeLine(name), dryRun)),
    end,
  ];
  return `${lines.join('\n')}\n`;
}

const resumableText = (id: string, name: string, dryRun: boolean): string =>
  `Build ${id} (${name}) ${dryRun ? `can still be resumed: \`kiln builds resume ${id}\`` : 'could have been resumed; now it cannot.'}`;

/** Sizes add up to the total: every byte is counted with the outermost thing it goes with. */
function itemText({ kind, what, bytes }: CleanedItem): string {
  if (kind === 'domain') return `domain ${safeLine(what)}`;
  if (kind === 'record') return `the record of build ${safeLine(what)}`;
  return kind === 'folder' ? `empty folder ${safeLine(what)}` : `${safeLine(what)} (${formatSize(bytes)})`;
}
