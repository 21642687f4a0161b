import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { makeOwnFolder } from '../foundation/own-folder.ts';
import { CommandError, runCommand } from '../process/run-command.ts';
import { openAptView } from './debian-offline/apt-view.ts';
import { findDebianMirror } from './debian-offline/debian-mirror.ts';
import { fetchPackage } from './debian-offline/select-packages.ts';
import { fetchSuiteLists } from './debian-offline/suite-lists.ts';
import { openMediaCache } from './media-cache.ts';
import { DEBIAN_FOLDER } from './package-folders.ts';

/** The first Debian release whose iPXE runs autoexec.ipxe under UEFI; its programs need nothing of that release. */
const SUITE = 'trixie';
const EFI_PROGRAM = 'usr/lib/ipxe/ipxe-amd64.efi';

export type DebianIpxeOptions = {
  readonly cacheDir: string;
  readonly offline?: boolean;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
};

/**
 * iPXE for UEFI out of Debian 13's package, fetched once through apt with its signature checked; nothing is installed.
 * @throws MediaError `media.offline`, `media.unavailable`
 */
export async function debianIpxeEfi(options: DebianIpxeOptions): Promise<string> {
  const cache = openMediaCache(options.cacheDir);
  const key = `ipxe of Debian ${SUITE}: ${EFI_PROGRAM}`;
  const known = await cache.find(key);
  if (known !== undefined) return known.path;
  if (options.offline)
    throw new MediaError(
      'media.offline',
      `iPXE for UEFI has to be fetched (package ipxe of Debian ${SUITE}), which offline mode forbids. Run once without it.`,
    );
  const folder = await cache.folder(DEBIAN_FOLDER);
  const signal = options.signal ? { signal: options.signal } : {};
  const made = await cache.findOrMake(key, (path) => fetchProgram(path, folder, options), signal);
  return made.path;
}

async function fetchProgram(
  path: string,
  folder: string,
  { logger, signal }: DebianIpxeOptions,
): Promise<Readonly<Record<string, string>>> {
  const context = { ...(logger ? { logger } : {}), ...(signal ? { signal } : {}) };
  const work = await makeOwnFolder(folder, 'ipxe-');
  try {
    const mirror = await findDebianMirror(context);
    const lists = await fetchSuiteLists(work, mirror, SUITE, ['main'], context);
    const view = await openAptView(work, mirror, lists, 'main', context);
    const deb = await fetchPackage(view, 'ipxe');
    const root = join(work, 'root');
    await runCommand('dpkg-deb', ['--extract', deb, root], context);
    await copyFile(join(root, EFI_PROGRAM), path);
    return {};
  } catch (cause) {
    const ours = cause instanceof CommandError || (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (!ours) throw cause;
    throw new MediaError(
      'media.unavailable',
      `iPXE for UEFI could not be fetched (package ipxe of Debian ${SUITE}): ${(cause as Error).message}. Name a folder that has ` +
        'ipxe.efi with --ipxe-dir, or ask for BIOS alone.',
      { cause },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
