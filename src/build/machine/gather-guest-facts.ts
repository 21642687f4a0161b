import { parseXml } from '../../foundation/parse-xml.ts';
import { Refusals } from '../../foundation/refusals.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import type { BootFiles, GuestFacts } from '../../virt-install/guest/guest-facts.ts';
import { chooseHypervisor } from '../../virt-install/guest/hypervisor.ts';
import { readHostCapabilities } from '../../virt-install/guest/read-capabilities.ts';
import { installMethod } from '../../virt-install/install-method.ts';
import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';
import { bootProgram } from '../guest-facts/boot-program.ts';
import { connectionFacts, withUsableTypes } from '../guest-facts/connection-facts.ts';
import { askLibvirt } from '../guest-facts/libvirt-memory.ts';
import { osFor } from '../guest-facts/os-memory.ts';
import { surroundings } from '../guest-facts/surroundings.ts';
import { gatherStorageFacts, type StorageFacts } from './gather-storage-facts.ts';
import type { MachineFacts } from './machine-request.ts';
import { localStorageHost } from './storage-host.ts';

/**
 * Everything outside the command line that decides the XML of a machine that is built: asked now, where `--print-xml` remembers
 * (print-guest.ts), and with the storage looked at through libvirt.
 * @throws SpecError `spec.invalid`
 */
export async function gatherGuestFacts(
  options: VirtInstallOptions,
  { connection, host, media, boot, refusals = new Refusals() }: MachineFacts,
  context: BuildContext,
): Promise<GuestFacts & Pick<StorageFacts, 'readPools'>> {
  const about = connectionFacts(connection.uri);
  const os = await osFor(options, media?.facts.osId, refusals, context);
  const capabilities = withUsableTypes(
    {
      host: readHostCapabilities(parseXml(await connection.capabilitiesXml())),
      kvmWorks: about.remote || host.accelerator.use === 'kvm',
    },
    options,
  );
  const { hypervisor } = chooseHypervisor(options, capabilities, os, about);
  const { cdrom } = installMethod(options);
  const iso = media?.kind === 'location' ? media.isoPath : undefined;
  const storage = await gatherStorageFacts(
    localStorageHost(connection, context),
    options,
    [cdrom, iso].filter((path) => path !== undefined),
  );
  // It is brought to the connection's host when the build needs it there.
  const isoFact =
    iso === undefined ? {} : { [iso]: { path: iso, exists: true, type: 'file', format: 'iso' } as const };
  const paths = about.remote ? { ...storage.paths, ...isoFact } : storage.paths;
  const program = await refusals.noted('--tftp', () => bootProgram(options, context.cwd), undefined);
  return {
    ...surroundings(about, context),
    host: capabilities,
    domain: await askLibvirt(connection, hypervisor, refusals),
    os,
    ...storage,
    paths,
    ...(program === undefined ? {} : { bootProgram: program }),
    ...(boot === undefined
      ? {}
      : { bootFiles: bootFilesOf(media, boot.argumentsFor(hypervisor.type !== 'kvm')) }),
    takenNames: (await connection.listDomains()).map(({ name }) => name),
  };
}

/** The paths are filled in when the files are made. */
function bootFilesOf(media: ResolvedMedia | undefined, words: readonly string[]): BootFiles {
  const iso = media?.kind === 'location' ? media.isoPath : undefined;
  return {
    kernel: '/kernel',
    initrd: '/initrd',
    arguments: words,
    ...(iso === undefined ? {} : { iso }),
    needsNetwork: media?.kind === 'location' && media.tree !== undefined,
  };
}
