import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The private libvirtd closes its connections, as it does with those of clients that were suspended for half a minute. */
export async function dropLibvirtClients(runtimeDir: string): Promise<void> {
  const socket = join(runtimeDir, 'libvirt', 'libvirt-admin-sock');
  const admin = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)('virt-admin', ['-c', `libvirtd:///system?socket=${socket}`, ...words])).stdout;
  const clients = (await admin('client-list', 'libvirtd')).matchAll(/^ *(\d+)/gm);
  for (const [, id] of clients) await admin('client-disconnect', 'libvirtd', String(id));
}
