import { readFile } from 'node:fs/promises';
import { readCpio } from '../../foundation/cpio-newc.ts';
import { archivesIn } from '../initrd-archives.ts';
import { parseControlFile } from './control-file.ts';

/** Put into the initrd, behind what it has. Executable ones end in `.d/<name>`. */
export type AddedFile = { readonly name: string; readonly content: string; readonly mode: number };

/**
 * What turns the offline ISO's installer into one that fetches its packages over HTTP, beside `servedIsoArguments`.
 * @param host of the server, as the guest names it: `10.0.2.2:40123`
 */
export type NetworkInstall = (host: string) => readonly AddedFile[];

const STATUS = 'var/lib/dpkg/status';

/** Menu items of a CD installer; without them debian-installer configures the network and asks a mirror. */
const CD_COMPONENTS = ['cdrom-detect', 'load-cdrom', 'cdrom-retriever', 'apt-cdrom-setup'];

/**
 * For an initrd that has all components unpacked already, as the assembled offline ISO's; undefined for others, which would have to load
 * components from their CD.
 */
export async function networkInstall(initrdPath: string): Promise<NetworkInstall | undefined> {
  const status = await statusOf(initrdPath);
  const stanzas = status === undefined ? [] : parseControlFile(status);
  const names = stanzas.map(({ name }) => name);
  if (!names.includes('bootstrap-base') || !names.includes('cdrom-detect')) return undefined;
  const kept = stanzas.filter(({ name }) => !CD_COMPONENTS.includes(name)).map(({ text }) => text);
  return (host) => [
    { name: STATUS, content: `${kept.join('\n\n')}\n\n`, mode: 0o644 },
    { name: 'usr/lib/base-installer.d/45kiln-packages', content: TRUST_HOOK, mode: 0o755 },
    { name: 'usr/lib/finish-install.d/93kiln-packages', content: forgetHook(host), mode: 0o755 },
  ];
}

/** apt of Debian 13 refuses an index without a signature even with AllowUnauthenticated; the tree was checked when it was assembled. */
const TRUST_HOOK = `#!/bin/sh
echo 'Acquire::AllowInsecureRepositories "true";' > /target/etc/apt/apt.conf.d/00kiln-packages
`;

/** The address is gone when the install is over. What a late_command wrote into sources.list stays. */
function forgetHook(host: string): string {
  return `#!/bin/sh
rm -f /target/etc/apt/apt.conf.d/00kiln-packages
sed -i '/${host.replaceAll('.', '[.]')}/d' /target/etc/apt/sources.list
rm -f /target/var/lib/apt/lists/${host.split(':', 1)[0]}*
exit 0
`;
}

/** The last one counts: archives follow one another in an initrd, and later files replace earlier ones. */
async function statusOf(initrdPath: string): Promise<string | undefined> {
  let found: string | undefined;
  for (const archive of archivesIn(await readFile(initrdPath))) {
    for (const entry of readCpio(archive)) {
      if (entry.path === STATUS) found = Buffer.from(entry.content).toString('utf8');
    }
  }
  return found;
}
