import { systemClock } from '../foundation/clock.ts';
import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { type CloudSurvey, surveyCloud } from '../publish/check-target.ts';
import type { Demand } from '../publish/demand.ts';
import { readImageSource } from '../publish/image-source.ts';
import { SERVICES, type ServiceType } from '../publish/openstack/catalog.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import { publishFailure } from './publish-failure.ts';
import type { PublishOptionValues } from './publish-options.ts';
import { publishedThing } from './published-thing.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** `kiln publish check`: whether publishing would get as far as sending, and with an image, whether there is room for it. */
export async function runPublishCheck(
  what: string | undefined,
  options: PublishOptionValues,
  io: CliIo,
): Promise<void> {
  const services = Array.isArray(options.service) ? options.service.map(serviceOf) : undefined;
  const interruption = listenForInterruption(
    io,
    (line) => io.err.write(`${line}\n`),
    () => 'Ending at once; nothing was changed.',
  );
  const logger = cliLogger(io.err, options.verbose === true);
  const choice = {
    ...(typeof options.cloud === 'string' ? { cloud: options.cloud } : {}),
    insecure: options.insecure === true,
  };
  let survey: CloudSurvey | undefined;
  try {
    const context = { env: io.env, cwd: io.cwd, clock: systemClock, logger, signal: interruption.signal };
    const demand = what === undefined ? undefined : await demandFor(what, interruption.signal, io);
    survey = await surveyCloud(choice, services, context, demand);
    const { failures, report } = survey;
    if (failures[0] !== undefined) throw failures[0].error;
    io.out.write(options.json ? `${safeJson(report)}\n` : surveyText(survey, styleFor(io.out)));
  } catch (error) {
    if (options.json) io.out.write(`${safeJson({ ...publishFailure(error), ...survey?.report })}\n`);
    else if (survey !== undefined) io.out.write(surveyText(survey, styleFor(io.out)));
    throw error;
  } finally {
    interruption.end();
  }
}

/** One image, and one volume of it where Cinder is asked. */
async function demandFor(what: string, signal: AbortSignal, io: CliIo): Promise<Demand> {
  const { size, virtualSize } = await readImageSource(await publishedThing(what, io), {
    cwd: io.cwd,
    signal,
  });
  return {
    images: 1,
    imageBytes: size,
    // The least that a user may be let make.
    visibility: 'private',
    volumes: 1,
    snapshots: 0,
    volumeGiB: Math.ceil(virtualSize / 2 ** 30),
  };
}

function serviceOf(word: string): ServiceType {
  const found = SERVICES.find((service) => service === word);
  if (found) return found;
  throw new SpecError(
    'options.invalid',
    `--service takes ${SERVICES.join(', ')}, not "${safeLine(word)}".${suggestion(word, SERVICES)}`,
  );
}

function surveyText({ report, failures }: CloudSurvey, style: Style): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Cloud', `${report.cloud} (${report.origin})`],
    ['User', report.user],
    ['Project', report.project],
    ['Roles', report.roles.join(', ') || undefined],
    ...report.services.flatMap(({ service, url, notes }) => [
      [service, url] as const,
      ...notes.map((note) => ['', note] as const),
    ]),
    // The first one is what the command ends with, in full.
    ...failures.map(({ service, error: { message, code } }, index) => {
      return [service, index === 0 ? `failed [${code}]` : `${message} [${code}]`] as const;
    }),
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${style.bold(label.padEnd(9))} ${safeLine(value)}`],
  );
  return `${lines.join('\n')}\n`;
}
