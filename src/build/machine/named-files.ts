import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Problem, specErrorOf } from '../../foundation/errors.ts';
import { fileType, whyUnreadable } from '../../foundation/read-regular-file.ts';
import {
  given,
  type OptionUse,
  usesOf,
  type VirtInstallOptions,
} from '../../virt-install/virt-install-options.ts';
import { CLOUD_INIT_FILES } from './cloud-init.ts';

/**
 * What a named path must be. `file`: one that Kiln reads; `any`: whatever is there; `base`: what an overlay is made of; the others are for the
 * hypervisor.
 */
type Wanted = 'file' | 'image' | 'folder' | 'disk' | 'base' | 'any';

type Named = { readonly where: string; readonly path: string; readonly wanted: Wanted };

/**
 * Refuses files, folders and devices of this machine that a command line names and that cannot be used, so that neither the installation nor
 * libvirt finds out when half of the machine stands.
 * @param isRemote the hypervisor is another machine's, so only what Kiln itself reads is looked at
 * @throws SpecError `spec.invalid` with all of them
 */
export async function refuseNamedFiles(
  options: VirtInstallOptions,
  cwd: string,
  isRemote: boolean,
): Promise<void> {
  const named = [...readHere(options), ...(isRemote ? [] : readByTheGuest(options))];
  const found = await Promise.all(
    named
      .filter(({ path }) => !isUrl(path))
      .map(async ({ where, path, wanted }): Promise<Problem[]> => {
        const why = await whyUnusable(resolve(cwd, path), wanted);
        return why === undefined ? [] : [{ where, problem: why }];
      }),
  );
  const problems = found.flat();
  if (problems.length > 0) throw specErrorOf('The command line', problems);
}

const isUrl = (path: string): boolean => /^[a-z]+(?:\+[a-z]+)?:\/\//i.test(path);

/** Of one use of an option, the sub-options that name paths. */
const pathsIn = (option: string, use: OptionUse, names: readonly string[], wanted: Wanted): Named[] =>
  names.flatMap((name) => {
    const path = given(use, name);
    return path === undefined ? [] : [{ where: `--${option} ${name}=${path}`, path, wanted }];
  });

function readHere(options: VirtInstallOptions): Named[] {
  const unattended = usesOf(options, 'unattended').at(-1);
  const password = given(unattended, 'admin-password-file');
  const typed = options.values['root-password-file'];
  const inject = (options.lists['initrd-inject'] ?? []).map(
    (path): Named => ({ where: `--initrd-inject ${path}`, path, wanted: 'file' }),
  );
  return [
    ...inject,
    ...usesOf(options, 'cloud-init').flatMap((use) => pathsIn('cloud-init', use, CLOUD_INIT_FILES, 'file')),
    ...usesOf(options, 'install').flatMap((use) => pathsIn('install', use, ['kernel', 'initrd'], 'file')),
    ...(unattended === undefined ? [] : pathsIn('unattended', unattended, ['admin-password-file'], 'file')),
    ...(typed === undefined || typed === password
      ? []
      : [{ where: `--root-password-file ${typed}`, path: typed, wanted: 'file' as const }]),
  ];
}

const BOOT_FILES = ['kernel', 'initrd', 'dtb', 'acpi.table', 'loader', 'nvram.template'];

/** What of a file system's source is there before the guest starts (libvirt.org/formatdomain.html, "Filesystems"). */
const SHARED: Readonly<Record<string, Wanted>> = { mount: 'folder', file: 'image', block: 'any' };

/** QEMU makes a disk of a folder then, and of no other (formatdomain.html, "dir"). */
const isFat = (use: OptionUse): boolean => given(use, 'driver.type') === 'fat';

function readByTheGuest(options: VirtInstallOptions): Named[] {
  const isTypedDev = (use: OptionUse): boolean => given(use, 'type') === 'dev';
  // Of an option that makes one element the last word counts, also the empty one.
  const boot = {
    text: '',
    values: Object.assign({}, ...usesOf(options, 'boot').map(({ values }) => values)),
  };
  return [
    ...pathsIn('boot', boot, BOOT_FILES, 'image'),
    ...usesOf(options, 'disk').flatMap((use) => [
      ...pathsIn('disk', use, ['path', 'source.file', 'source.dev'], isFat(use) ? 'any' : 'disk'),
      ...pathsIn('disk', use, ['backing_store'], 'base'),
    ]),
    ...usesOf(options, 'filesystem').flatMap((use) => {
      const wanted = SHARED[given(use, 'type') ?? 'mount'];
      const names = ['source', 'source.dir', 'source.file', 'source.dev'];
      return wanted === undefined ? [] : pathsIn('filesystem', use, names, wanted);
    }),
    ...usesOf(options, 'input').flatMap((use) =>
      pathsIn('input', use, ['source.dev', 'source.evdev'], 'any'),
    ),
    ...usesOf(options, 'graphics').flatMap((use) => pathsIn('graphics', use, ['gl.rendernode'], 'any')),
    ...['serial', 'parallel'].flatMap((option) =>
      usesOf(options, option)
        .filter(isTypedDev)
        .flatMap((use) => pathsIn(option, use, ['source.path'], 'any')),
    ),
    ...usesOf(options, 'tpm').flatMap((use) => pathsIn('tpm', use, ['backend.device.path'], 'any')),
  ];
}

/** A pipe is left alone where Kiln reads: a shell's `<(command)` is one, and can be read once. */
async function whyUnusable(path: string, wanted: Wanted): Promise<string | undefined> {
  try {
    if (wanted === 'file') await access(path, constants.R_OK);
    return whyOther(await stat(path), wanted);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') return 'is a link, or lies behind one, that leads back to itself';
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      // QEMU's user may see what this one does not.
      return wanted === 'file' ? `the file ${whyUnreadable(code) ?? `cannot be read (${code})`}` : undefined;
    }
    // Storage is decided elsewhere: a new disk is not there yet.
    if (wanted === 'disk') return undefined;
    return wanted === 'folder' ? 'there is no such folder' : 'the file does not exist';
  }
}

function whyOther(found: Stats, wanted: Wanted): string | undefined {
  const isNoFile = wanted === 'image' && !found.isFile();
  if (isNoFile || (wanted === 'file' && found.isDirectory())) return `is ${fileType(found)}, not a file`;
  if (wanted === 'folder' && !found.isDirectory()) return 'is no folder';
  const isImage = found.isFile() || found.isBlockDevice();
  if (wanted === 'base' && !isImage)
    return `is ${fileType(found)}; what an overlay is made of is a file or a block device`;
  if (wanted === 'disk' && found.isDirectory())
    return "is a folder; add the file's name, or driver.type=fat for a disk that holds its files";
  if (wanted === 'disk' && !isImage) return `is ${fileType(found)}; a disk is a file or a block device`;
  return undefined;
}
