/**
 * The errors Kiln reports. Every one says what happened, to which thing, and what to do about it; `code` is stable and
 * documented in docs/errors.md, `exitCode` is what the command line ends with.
 */

/** Process exit codes by kind of failure. */
export const EXIT_CODES = {
  spec: 2,
  host: 3,
  media: 4,
  install: 5,
  disk: 6,
  publish: 7,
  bug: 70,
  cancelled: 130,
} as const;

export type ErrorDetails = Readonly<Record<string, unknown>>;

export type ErrorOptions = {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
};

export abstract class KilnError extends Error {
  abstract readonly exitCode: number;
  /** Stable, dotted, for programs: `media.checksum`. */
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** What the user asked for cannot be done as written: template, options, install script. */
export class SpecError extends KilnError {
  readonly exitCode = EXIT_CODES.spec;
}

/** This host lacks something: a tool, libvirt, memory, disk space, permission. */
export class HostError extends KilnError {
  readonly exitCode = EXIT_CODES.host;
}

/** Install media missing, damaged, unrecognised or not as pinned. */
export class MediaError extends KilnError {
  readonly exitCode = EXIT_CODES.media;
}

/** The guest did not finish its installation. */
export class InstallError extends KilnError {
  readonly exitCode = EXIT_CODES.install;
}

/** The installed disk or its conversion is not fit for use. */
export class DiskError extends KilnError {
  readonly exitCode = EXIT_CODES.disk;
}

/** A service refused or lost the image. */
export class PublishError extends KilnError {
  readonly exitCode = EXIT_CODES.publish;
}

/** The user or the caller's AbortSignal ended the work. */
export class CancelledError extends KilnError {
  readonly exitCode = EXIT_CODES.cancelled;

  constructor(message = 'Cancelled.', options: ErrorOptions = {}) {
    super('cancelled', message, options);
  }
}

/** One problem of several that are reported together. */
export type Problem = {
  /** Where: `vm-templates/x.yaml:4:3 memory`, `--disk size`. */
  readonly where: string;
  readonly problem: string;
  /** Of the error that it would be alone; `spec.invalid` when left out. */
  readonly code?: string;
};

/** One who is told of more reads no further; `details.problems` has them all. */
const MOST_TOLD = 50;

/** Builds the one SpecError that reports all problems of an input at once: `spec.invalid`, or the code that all of them have. Its message has the first 50. */
export function specErrorOf(subject: string, problems: readonly Problem[]): SpecError {
  const told = problems.slice(0, MOST_TOLD);
  const left = problems.length - told.length;
  const lines = told.map(({ where, problem }) => `  ${shortened(where)}: ${cut(problem)}`);
  if (left > 0) lines.push(`  … and ${left} more`);
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const [code = 'spec.invalid', another] = new Set(problems.map((problem) => problem.code ?? 'spec.invalid'));
  const shared = another === undefined ? code : 'spec.invalid';
  return new SpecError(shared, `${subject} has ${count}:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

/** Messages repeat values, and a value may be of any length. */
const MOST_ECHOED = 2000;

const cut = (problem: string): string =>
  problem.length <= MOST_ECHOED ? problem : `${problem.slice(0, 300)} … ${problem.slice(-500)}`;

/** An option's value may be of any length; its beginning says which it is. */
const shortened = (where: string): string => (where.length <= 200 ? where : `${where.slice(0, 199)}…`);
