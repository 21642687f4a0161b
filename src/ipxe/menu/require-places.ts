import { constants, type Stats } from 'node:fs';
import { access, lstat, mkdir, rename, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { HostError, SpecError } from '../../foundation/errors.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { LEADS_OUT, pathInside } from '../../foundation/path-inside.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import { inTheWay } from './edited-files.ts';

/**
 * Whether the folders of files are, or can be made, below a folder.
 * @param paths relative
 * @returns those that are there and hold them, or will
 * @throws SpecError `ipxe.leads-out`, `ipxe.edited`; the file system's error, with the path
 */
export async function requireFolders(folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const holders = new Set<string>();
  for (const below of new Set(paths.map((path) => posix.dirname(path))))
    holders.add(await holderOf(folder, below));
  for (const holder of holders) await access(holder, constants.W_OK | constants.X_OK);
  return holders;
}

/**
 * Whether each file can be put in its place, or removed from it, asked while nothing is moved yet.
 * @param place folder of the caller's own, below the folder
 * @throws as `requireFolders`; HostError `host.bad-path`
 */
export async function requirePlaces(folder: string, place: string, paths: readonly string[]): Promise<void> {
  const probe = join(place, 'probe');
  await mkdir(probe).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  for (const holder of await requireFolders(folder, paths)) await ask(probe, holder, `${holder}/.`, 'EBUSY');
  for (const path of paths) {
    const target = join(folder, path);
    const found = await foundAt(target);
    if (found?.isDirectory()) throw inTheWay(folder, path, 'is a folder, not a file');
    if (found !== undefined) await ask(probe, target, target, 'ENOTDIR');
  }
}

/**
 * The kernel lets no folder take the place of a file, nor of `.`, and says so only when nothing else forbids a rename there: a mount, and
 * for a file permissions, its owner in a sticky folder, or attributes (chattr +i). So this asks all of it, and changes nothing.
 */
async function ask(probe: string, about: string, to: string, expected: string): Promise<void> {
  try {
    await rename(probe, to);
    await rename(to, probe); // somebody has removed the file just now
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === expected) return;
    throw code === 'EXDEV' ? mounted(about, error) : aboutFile(error, about);
  }
}

async function holderOf(folder: string, below: string): Promise<string> {
  const found = await foundAt(join(folder, below));
  if (found === undefined && below !== '.') return holderOf(folder, posix.dirname(below));
  const real = await pathInside(folder, below).catch((cause: unknown) => {
    throw found?.isSymbolicLink() ? leadsOut(folder, below, 'is a link that leads nowhere', cause) : cause;
  });
  if (real === undefined) throw leadsOut(folder, below, LEADS_OUT);
  if (!(await stat(real)).isDirectory()) throw inTheWay(folder, below, 'is no folder', 'a folder');
  return real;
}

/** What is there itself, be it a link. */
async function foundAt(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(ifMissing(undefined));
}

function leadsOut(folder: string, below: string, why: string, cause?: unknown): SpecError {
  const path = join(folder, below);
  return new SpecError('ipxe.leads-out', `${path} ${why}; put a folder there, the menus have files in it.`, {
    cause,
    details: { path },
  });
}

function mounted(path: string, cause: unknown): HostError {
  return new HostError(
    'host.bad-path',
    `${path} cannot be replaced: something is mounted there, or on a folder above it that holds menus. Unmount it; ` +
      'the folder of the menus may be a mount point itself, not one below.',
    { cause, details: { path } },
  );
}
