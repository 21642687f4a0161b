import { dirname, resolve } from 'node:path';
import { DiskError, HostError, type KilnError } from '../foundation/errors.ts';
import { isFull } from '../foundation/is-full.ts';
import type { CommandError } from '../process/run-command.ts';

/** What was being done, for the message and for knowing which folder can be full. */
export type Attempt = {
  /** `convert`, `info`. */
  readonly verb: string;
  /** The image that is read, or made if there is no other. */
  readonly path: string;
  /** The image that is written. */
  readonly target?: string;
};

type Failure = (attempt: Attempt, cause: CommandError) => KilnError;

/**
 * The failures of qemu-img that Kiln knows by name, first match wins. The texts are strerror(3)'s and those of
 * block/file-posix.c and block/qcow2.c, in the C locale that runCommand sets.
 */
const KNOWN: readonly (readonly [RegExp, Failure])[] = [
  [/Failed to get .*lock|Is another process using the image/, locked],
  [/File too large/, tooLarge],
  [/No space left on device|Disk quota exceeded/, noSpace],
  [/Permission denied|Operation not permitted|Read-only file system/, noPermission],
  [/No such file or directory/, notFound],
  [
    /not in \S+ format|corrupt|invalid|Invalid|unsupported .*version|too (small|large)|Input\/output error/,
    corrupt,
  ],
];

/** The KilnError that says what a failed qemu-img call means. */
export function qemuImgFailure(attempt: Attempt, cause: CommandError): KilnError {
  if (cause.notFound) {
    return new HostError(
      'host.tool-missing',
      `qemu-img is not installed; it is in Debian's package qemu-utils.`,
      { details: { tool: cause.tool, package: 'qemu-utils' }, cause },
    );
  }
  if (cause.signal === 'SIGXFSZ') return tooLarge(attempt, cause);
  if (attempt.target !== undefined && isFullAt(attempt.target)) return noSpace(attempt, cause);
  const known = KNOWN.find(([pattern]) => pattern.test(cause.stderr));
  return (known?.[1] ?? unknownFailure)(attempt, cause);
}

/** Compressed VMDK answers a full disk with "Invalid argument" (seen with 7.2), so the file system is asked as well. */
const isFullAt = (target: string): boolean => isFull(dirname(resolve(target)));

function locked({ path }: Attempt, cause: CommandError): KilnError {
  return new DiskError(
    'disk.locked',
    `${path} is in use by another process (QEMU holds a lock on it); stop that guest first.`,
    { details: { path }, cause },
  );
}

function noSpace({ path, target }: Attempt, cause: CommandError): KilnError {
  const folder = dirname(resolve(target ?? path));
  return new HostError(
    'host.no-space',
    `There is no space left in ${folder} for ${target ?? path}; free some, or choose another folder.`,
    { details: { folder }, cause },
  );
}

function tooLarge({ path, target }: Attempt, cause: CommandError): KilnError {
  const file = target ?? path;
  return new HostError(
    'host.no-space',
    `${file} may not grow as large as it must: raise the limit for files (ulimit -f), or choose a folder on another file system.`,
    { details: { folder: dirname(resolve(file)) }, cause },
  );
}

function noPermission({ path, target }: Attempt, cause: CommandError): KilnError {
  const about = target === undefined ? path : `${path} or ${dirname(resolve(target))}`;
  return new HostError('host.permission', `${about} may not be used by this user; check owner and mode.`, {
    details: { path, target },
    cause,
  });
}

function notFound({ path }: Attempt, cause: CommandError): KilnError {
  return new DiskError('disk.not-found', `${path} does not exist; check the path.`, {
    details: { path },
    cause,
  });
}

function corrupt({ path, verb }: Attempt, cause: CommandError): KilnError {
  return new DiskError(
    'disk.corrupt',
    `${path} cannot be read as an image (qemu-img ${verb}: ${lastLine(cause)}); make or fetch it again.`,
    { details: { path }, cause },
  );
}

function unknownFailure({ path, verb }: Attempt, cause: CommandError): KilnError {
  return new DiskError('disk.tool-failed', `qemu-img ${verb} failed on ${path}: ${lastLine(cause)}.`, {
    details: { path },
    cause,
  });
}

function lastLine({ stderr, message }: CommandError): string {
  const line = stderr.trim().split('\n').at(-1) || message;
  return line.replace(/^qemu-img: /, '').replaceAll(/[\x00-\x1f\x7f]/g, '?');
}
