import { CancelledError, HostError, KilnError } from './errors.ts';

/** errno(3) names that tell of the machine or of a path, not of a fault in Kiln. */
const CODES: Readonly<Record<string, readonly [code: string, what: string]>> = {
  ENOSPC: [
    'host.no-space',
    'the disk is full, or takes no more files (df -i). Make room there, or choose another folder',
  ],
  EDQUOT: ['host.no-space', "the user's quota is used up. Make room there, or choose another folder"],
  EFBIG: [
    'host.no-space',
    'a file may not grow that large. Raise the limit (ulimit -f), or choose another file system',
  ],
  EACCES: [
    'host.no-permission',
    'this user may not do that. Change its permissions, or choose another place',
  ],
  EPERM: ['host.no-permission', 'this user may not do that. Change its permissions, or choose another place'],
  EROFS: ['host.no-permission', 'it is on a read-only file system. Choose another place'],
  EBUSY: [
    'host.no-permission',
    'it is in use, or something is mounted there. Unmount it, or choose another place',
  ],
  ENAMETOOLONG: ['host.bad-path', 'the name is too long for the file system. Choose a shorter one'],
  ELOOP: ['host.bad-path', 'symbolic links go round in a circle there. Mend them, or choose another place'],
  ENOTDIR: ['host.bad-path', 'a part of that path is a file, not a folder. Choose another place'],
  EISDIR: ['host.bad-path', 'it is a folder, not a file. Choose another place'],
  ENOENT: ['host.bad-path', 'it does not exist and cannot be made. Choose another place'],
  EIO: ['host.disk-error', 'the disk reports an error. See the kernel log'],
  EMFILE: ['host.too-many-files', 'too many files are open. Raise the limit (ulimit -n)'],
};

/** Of a copy, a link or a rename it is the place it goes to that these are about; Node names both. */
const ABOUT_THE_TARGET = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'];

/**
 * What went wrong, as an error for the user where it is about the machine: a full disk, a forbidden or impossible path. Everything else,
 * a bug above all, is given back as it is.
 */
export function asKilnError(error: unknown): unknown {
  if (error instanceof KilnError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError') return new CancelledError(undefined, { cause: error });
  const { code, path: from, dest, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const known = code === undefined ? undefined : CODES[code];
  if (code === undefined || known === undefined || syscall === undefined) return error;
  const path = ABOUT_THE_TARGET.includes(code) ? (dest ?? from) : from;
  const [kilnCode, what] = known;
  return new HostError(kilnCode, `${path ?? 'A file'} cannot be used (${syscall}): ${what}.`, {
    cause: error,
    details: { path, errno: code },
  });
}
