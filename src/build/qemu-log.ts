import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';
import { homeFrom } from '../foundation/places.ts';
import { publicText } from '../foundation/public-url.ts';
import { readEnd } from '../foundation/read-end.ts';
import { writeFile } from '../foundation/write-file.ts';
import { isRemoteUri } from '../libvirt/libvirt-uri.ts';
import type { JournalDomain, JournalStorage } from './journal.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where QEMU's log of a domain may lie: libvirt's driver for root logs under /var/log, that of an ordinary user in the user's cache
 * (libvirt.org/drvqemu.html).
 */
function qemuLogs(domain: string, env: Env): readonly string[] {
  const cache = env.XDG_CACHE_HOME || join(homeFrom(env), '.cache');
  return ['/var/log/libvirt/qemu', join(cache, 'libvirt/qemu/log')].map((folder) =>
    join(folder, `${domain}.log`),
  );
}

/** virtlogd puts a log aside when it is longer (virtlogd.conf, `max_size`). */
const LONGEST_LOG = 2 ** 22;

/** QEMU's whole command line stands in it, and with it the kernel's, so it is kept without what URLs hold of credentials. */
export async function saveQemuLog(domain: string, env: Env, to: string): Promise<void> {
  for (const path of qemuLogs(domain, env)) {
    const log = await readEnd(path, LONGEST_LOG).catch(ifMissing(undefined));
    if (log !== undefined) return writeFile(to, publicText(log.content.toString()));
  }
}

/** Behind the name of a log that virtlogd put aside (`max_backups` of virtlogd.conf). */
const ROTATED = ['', '.0', '.1', '.2'];

/**
 * libvirt leaves the log of a domain that is gone, with QEMU's whole command line, and the next build has another name. Logs of names that
 * are not of Kiln's making stay: somebody's machine may have had the name before.
 */
export async function removeQemuLogs(
  owned: readonly (JournalDomain | JournalStorage)[],
  { id, env }: { readonly id: string; readonly env: Env },
): Promise<void> {
  const paths = owned.flatMap((entry) =>
    entry.kind === 'domain' && isOfKilns(entry.name, id) && !isRemoteUri(entry.uri)
      ? qemuLogs(entry.name, env)
      : [],
  );
  await Promise.all(
    paths.flatMap((path) => ROTATED.map((ending) => rm(`${path}${ending}`, { force: true }))),
  );
}

const isOfKilns = (name: string, id: string): boolean => name.startsWith('kiln-') && name.includes(`-${id}`);
