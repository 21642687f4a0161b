import { MediaError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { runCommand } from '../../process/run-command.ts';

/** Where this machine gets Debian packages from. */
export type DebianMirror = {
  /** Base URL with a trailing slash; may hold credentials, so it goes into no message or manifest. */
  readonly baseUri: string;
  /** Keyring or certificate files that apt trusts for it. */
  readonly keyring: string;
};

const FORMAT = '$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(RELEASE)';
const DEFAULT_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Reads the Debian mirror from apt's own configuration: another suite than the machine's is fetched from there too.
 * @throws MediaError `media.unavailable` when this machine does not use apt or gets nothing from Debian
 */
export async function findDebianMirror(
  options: { logger?: Logger; signal?: AbortSignal } = {},
): Promise<DebianMirror> {
  const targets = await runCommand(
    'apt-get',
    ['indextargets', '--format', FORMAT, 'Created-By: Packages'],
    options,
  ).catch((cause: unknown) => {
    throw unavailable('apt-get cannot be run here', cause);
  });
  const baseUri = debianBaseUri(targets.stdout);
  if (baseUri === undefined) throw unavailable("apt's sources on this machine name no Debian mirror");
  return { baseUri, keyring: DEFAULT_KEYRING };
}

/**
 * Picks Debian's main archive (not security, not a vendor's) from `apt-get indextargets`. Origin and label are known
 * once `apt-get update` has run; before that the archive's customary path `/debian/` tells it.
 */
export function debianBaseUri(indexTargets: string): string | undefined {
  const targets = indexTargets.split('\n').map((line) => {
    const [origin = '', label = '', uri = ''] = line.split('|');
    return { origin, label, uri };
  });
  const signed = targets.find(({ origin, label }) => origin === 'Debian' && label === 'Debian');
  const customary = targets.find(
    ({ origin, uri }) => (origin === '' || origin === '$(ORIGIN)') && /\/debian\/?$/.test(uri),
  );
  const uri = (signed ?? customary)?.uri;
  return uri === undefined || uri === '' ? undefined : uri.replace(/\/*$/, '/');
}

function unavailable(reason: string, cause?: unknown): MediaError {
  return new MediaError(
    'media.unavailable',
    `Debian packages are not available: ${reason}. Use a Debian host, add a Debian source to apt (with ` +
      'debian-archive-keyring installed), or name an installer ISO with --cdrom or --location.',
    { cause },
  );
}
