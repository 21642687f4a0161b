import { reportBuild } from '../build/report-build.ts';
import { placesFrom } from '../foundation/places.ts';
import { formatSize } from '../foundation/size.ts';
import { aboutHost } from './about-host.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import { outputPath } from './output-option.ts';
import { safeJson, safeLine } from './safe-text.ts';

/** `kiln builds report ID [--output FILE]`: everything about one build in one archive, without secrets. */
export async function runReportBuild(
  id: string,
  options: { readonly output?: string; readonly json?: boolean },
  io: CliIo,
): Promise<void> {
  const { output } = options;
  const { signal, end } = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const report = await reportBuild({
    stateDir: placesFrom(io.env).state,
    id,
    ...(output === undefined ? {} : { output: outputPath('--output', output, io.cwd) }),
    cwd: io.cwd,
    about: aboutHost(io.projectDir),
    logger: cliLogger(io.err, false),
    signal,
  }).finally(end);
  if (options.json) io.out.write(`${safeJson(report, 2)}\n`);
  else
    io.out.write(
      `${safeLine(report.path)} (${formatSize(report.bytes)}, ${report.files.length} files)\nNothing in it should be secret; look through it before you hand it on.\n`,
    );
}
