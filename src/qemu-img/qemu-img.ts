import type { Logger } from '../foundation/logger.ts';
import { CommandError, type CommandResult, runCommand } from '../process/run-command.ts';
import type { DiskFormat } from './disk-format.ts';
import {
  type ConvertOptions,
  type CreateOptions,
  checkArguments,
  convertArguments,
  createArguments,
  type ImageRef,
  infoArguments,
  mapArguments,
  measureArguments,
  type ReadOptions,
  resizeArguments,
} from './qemu-img-arguments.ts';
import { type Attempt, qemuImgFailure } from './qemu-img-failure.ts';
import {
  type CheckResult,
  type ImageInfo,
  type MapExtent,
  type Measurement,
  parseCheck,
  parseInfo,
  parseMap,
  parseMeasure,
  parseProgress,
  parseVersion,
} from './qemu-img-output.ts';

export type CallOptions = { readonly signal?: AbortSignal };
export type ReadCallOptions = CallOptions & ReadOptions;
export type ConvertCallOptions = CallOptions & {
  /** Told the part done, 0 to 1. */
  readonly onProgress?: (part: number) => void;
};

/**
 * The tool qemu-img, 5.1 or newer. Every call throws `host.tool-missing`, `host.permission`, `disk.not-found`,
 * `disk.locked`, `disk.corrupt`, `host.no-space` or, for what Kiln does not know by name, `disk.tool-failed`; and
 * CancelledError.
 */
export type QemuImg = {
  version(options?: CallOptions): Promise<string>;
  create(image: CreateOptions, options?: CallOptions): Promise<void>;
  info(image: ImageRef, options?: ReadCallOptions): Promise<ImageInfo>;
  check(image: ImageRef, options?: ReadCallOptions): Promise<CheckResult>;
  convert(convert: ConvertOptions, options?: ConvertCallOptions): Promise<void>;
  /** Growing keeps all data; `allowShrink` cuts the end off. */
  resize(
    image: ImageRef,
    size: number,
    options?: CallOptions & { readonly allowShrink?: boolean },
  ): Promise<void>;
  /** How large the image would be in another format, uncompressed. Only raw, qcow2 and luks can be measured for. */
  measure(image: ImageRef, target: DiskFormat, options?: CallOptions): Promise<Measurement>;
  map(image: ImageRef, options?: ReadCallOptions): Promise<readonly MapExtent[]>;
};

export type QemuImgOptions = {
  /** The program; found on PATH unless it has a slash. */
  readonly file?: string;
  readonly logger?: Logger;
};

type Run = (args: string[], attempt: Attempt, options?: RunCall) => Promise<CommandResult>;
type RunCall = CallOptions & { readonly onLine?: (line: string) => void };

/**
 * `qemu-img check` ends with 2 for corruption and 3 for leaks, having printed its findings, and also with 1 where a table is so damaged that it
 * could not look at all of it; 63 for "cannot check".
 */
const FOUND_NO_END = 1;
const FOUND_CORRUPTION = 2;
const FOUND_LEAKS = 3;
const CANNOT_CHECK = 63;

export function qemuImg({ file = 'qemu-img', logger }: QemuImgOptions = {}): QemuImg {
  const run: Run = (args, attempt, options) => runQemuImg(file, logger, args, attempt, options);
  return {
    version: async (options) => {
      const { stdout } = await run(['--version'], { verb: '--version', path: file }, options);
      return parseVersion(stdout);
    },
    create: async (image, options) => {
      const attempt = { verb: 'create', path: image.path, target: image.path };
      await run(createArguments(image), attempt, options);
    },
    info: async (image, options) => {
      const { stdout } = await run(
        infoArguments(image, options),
        { verb: 'info', path: image.path },
        options,
      );
      return parseInfo(stdout);
    },
    check: async (image, options) => checkImage(run, image, options),
    convert: async (convert, options) => convertImage(run, convert, options),
    resize: async (image, size, options) => {
      const args = resizeArguments(image, size, options?.allowShrink ?? false);
      await run(args, { verb: 'resize', path: image.path }, options);
    },
    measure: async (image, target, options) => {
      const attempt = { verb: 'measure', path: image.path };
      return parseMeasure((await run(measureArguments(image, target), attempt, options)).stdout);
    },
    map: async (image, options) => {
      const { stdout } = await run(mapArguments(image, options), { verb: 'map', path: image.path }, options);
      return parseMap(stdout);
    },
  };
}

async function runQemuImg(
  file: string,
  logger: Logger | undefined,
  args: string[],
  attempt: Attempt,
  { signal, onLine }: RunCall = {},
): Promise<CommandResult> {
  try {
    return await runCommand(file, args, {
      ...(logger ? { logger } : {}),
      ...(signal ? { signal } : {}),
      ...(onLine ? { onLine } : {}),
    });
  } catch (error) {
    throw error instanceof CommandError ? qemuImgFailure(attempt, error) : error;
  }
}

async function checkImage(run: Run, image: ImageRef, options?: ReadCallOptions): Promise<CheckResult> {
  try {
    const attempt = { verb: 'check', path: image.path };
    return parseCheck((await run(checkArguments(image, options), attempt, options)).stdout);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof CommandError)) throw error;
    if (cause.exitCode === CANNOT_CHECK) return { result: 'unsupported', corruptions: 0, leaks: 0 };
    if (cause.exitCode === FOUND_CORRUPTION || cause.exitCode === FOUND_LEAKS)
      return parseCheck(cause.stdout);
    if (cause.exitCode === FOUND_NO_END && cause.stdout.includes('"check-errors"'))
      return parseCheck(cause.stdout);
    throw error;
  }
}

async function convertImage(
  run: Run,
  convert: ConvertOptions,
  options: ConvertCallOptions = {},
): Promise<void> {
  const { onProgress, signal } = options;
  const onLine = (line: string): void => {
    const part = parseProgress(line);
    if (part !== undefined) onProgress?.(part);
  };
  const attempt = { verb: 'convert', path: convert.source.path, target: convert.target.path };
  await run(convertArguments(convert), attempt, {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onLine } : {}),
  });
}
