import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bootstrapMedia } from '../build/bootstrap-media.ts';
import { SpecError } from '../foundation/errors.ts';
import { outputFile } from '../foundation/output-file.ts';
import { placesFrom } from '../foundation/places.ts';
import { publicText } from '../foundation/public-url.ts';
import { proxyFrom } from '../media/proxy-fetch.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { readExtraArgs } from '../spec/extra-args.ts';
import { readLocation } from '../spec/media-word.ts';
import { readOs } from '../spec/os-word.ts';
import { SCRIPT_KINDS } from '../spec/words.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import type { InspectOptions } from './media-commands.ts';
import { outputPath } from './output-option.ts';
import { safeJson, safeLine } from './safe-text.ts';

export type BootstrapOptions = InspectOptions & {
  readonly output: string;
  readonly format?: string;
  readonly script?: string;
  readonly kind?: string;
  readonly os?: string;
  readonly extraArgs?: readonly string[];
  readonly force?: boolean;
};

/** `kiln media bootstrap MEDIA`: prints the path of the image. */
export async function runBootstrapMedia(from: string, options: BootstrapOptions, io: CliIo): Promise<void> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    const output = outputPath('--output', options.output, io.cwd);
    await outputFile(output);
    if (options.force !== true) await refuseExisting(output, options.output);
    const proxy = proxyFrom(io.env);
    const kind = kindOf(options);
    const report = await bootstrapMedia(
      {
        media: said(from, () => readLocation(from, io.cwd)),
        output,
        format: formatOf(options),
        kernelArguments: said('--extra-args', () => readExtraArgs(options.extraArgs ?? [])),
        ...(kind === undefined ? {} : { scriptKind: kind }),
        ...(options.script === undefined ? {} : { script: resolve(io.cwd, options.script) }),
        ...(options.os === undefined ? {} : { os: said('--os', () => readOs(options.os)) }),
      },
      {
        cacheDir: placesFrom(io.env).cache,
        arch: 'x86_64',
        offline: options.offline === true,
        logger: cliLogger(io.err, options.verbose === true),
        signal: interruption.signal,
        ...(proxy === undefined ? {} : { proxy }),
      },
    );
    if (options.json) io.out.write(`${safeJson(report, 2)}\n`);
    else {
      io.err.write(`${safeLine(`boots with: ${report.kernelArguments.map(publicText).join(' ')}`)}\n`);
      io.out.write(`${report.path}\n`);
    }
  } finally {
    interruption.end();
  }
}

async function refuseExisting(path: string, given: string): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new SpecError('output.exists', `${given} exists; name another file, or give --force.`);
}

function formatOf({ format, output }: BootstrapOptions): 'iso' | 'disk' {
  if (format === 'iso' || format === 'disk') return format;
  if (format !== undefined) throw wrongOption('--format', 'iso or disk', format);
  return /\.iso$/i.test(output) ? 'iso' : 'disk';
}

function kindOf({ kind }: BootstrapOptions): InstallScriptKind | undefined {
  const known = SCRIPT_KINDS.find((one) => one === kind);
  if (kind !== undefined && known === undefined) throw wrongOption('--kind', SCRIPT_KINDS.join(', '), kind);
  return known;
}

/** What a reader of one word refuses, with the word's name in front. */
function said<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError('options.invalid', `${name}: ${error.message}.`, { cause: error });
  }
}

const wrongOption = (option: string, wanted: string, given: string): SpecError =>
  new SpecError('options.invalid', `${option} is ${wanted}, not "${given}".`);
