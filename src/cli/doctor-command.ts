import { EXIT_CODES } from '../foundation/errors.ts';
import { placesFrom } from '../foundation/places.ts';
import { examineHost, type Finding } from '../host/doctor.ts';
import { connectOption } from './build-request.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import { safeJson, safeLine } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

export type DoctorOptions = {
  readonly json?: boolean;
  readonly connect?: string;
  readonly verbose?: boolean;
};

/**
 * `kiln doctor`.
 * @returns the exit code: 3 when something a build needs is missing
 */
export async function runDoctor(options: DoctorOptions, io: CliIo): Promise<number> {
  const findings = await examine(options, io);
  if (options.json) io.out.write(`${safeJson(findings, 2)}\n`);
  else io.out.write(doctorText(findings, styleFor(io.out)));
  return findings.some(({ status }) => status === 'fail') ? EXIT_CODES.host : 0;
}

async function examine(options: DoctorOptions, io: CliIo): Promise<readonly Finding[]> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    return await examineHost({
      env: io.env,
      places: placesFrom(io.env),
      logger: cliLogger(io.err, options.verbose === true),
      signal: interruption.signal,
      ...connectOption(options.connect),
    });
  } finally {
    interruption.end();
  }
}

export function doctorText(findings: readonly Finding[], style: Style): string {
  const marks = { ok: style.good('ok  '), warn: style.warning('warn'), fail: style.bad('FAIL') } as const;
  const lines = findings.flatMap(({ status, what, fix }) => [
    `${marks[status]}  ${safeLine(what)}`,
    ...(fix === undefined ? [] : [`      → ${safeLine(fix)}`]),
  ]);
  const failed = findings.filter(({ status }) => status === 'fail').length;
  const end = failed === 0 ? 'This host can build.' : `This host cannot build yet: ${failed} to fix.`;
  return `${[...lines, '', end].join('\n')}\n`;
}
