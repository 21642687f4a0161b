import { parseXml } from '../../foundation/parse-xml.ts';
import type { Refusals } from '../../foundation/refusals.ts';
import { textAt } from '../../foundation/xml-node.ts';
import { probeHost } from '../../host/probe-host.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../../libvirt/choose-uri.ts';
import type { LibvirtConnection } from '../../libvirt/libvirt.ts';
import type { OsFacts } from '../../osinfo/os-facts.ts';
import { readVolumes } from '../../storage/read-volumes.ts';
import type { PoolFact } from '../../virt-install/guest/guest-facts.ts';
import { chooseHypervisor } from '../../virt-install/guest/hypervisor.ts';
import { readHostCapabilities } from '../../virt-install/guest/read-capabilities.ts';
import { installMethod } from '../../virt-install/install-method.ts';
import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';
import { connectionFacts, type LiveAnswers, withUsableTypes } from '../guest-facts/connection-facts.ts';
import { askLibvirt, domainKey, type LibvirtAnswers } from '../guest-facts/libvirt-memory.ts';
import { gatherStorageFacts, storageFact } from '../machine/gather-storage-facts.ts';
import { localStorageHost } from '../machine/storage-host.ts';

/** Asks libvirt everything a command line needs; `known` answers are not asked again. */
export async function askEverything(
  options: VirtInstallOptions,
  os: OsFacts,
  { known, refusals }: { readonly known: LibvirtAnswers | undefined; readonly refusals: Refusals },
  context: BuildContext,
): Promise<{ readonly answers: LibvirtAnswers; readonly live: LiveAnswers }> {
  const { connect } = options.values;
  const libvirt = await chooseLibvirt({
    ...(connect === undefined ? {} : { connect }),
    env: context.env,
    runtimeDir: context.places.runtime,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    ...(context.logger === undefined ? {} : { logger: context.logger }),
  });
  try {
    const { connection } = libvirt;
    const base = known ?? (await askHost(libvirt, context));
    const storage = localStorageHost(connection, context);
    const { cdrom } = installMethod(options);
    const elsewhere = storage.isRemote
      ? await gatherStorageFacts(storage, options, cdrom === undefined ? [] : [cdrom])
      : undefined;
    const pools = elsewhere?.pools ?? (await askPools(connection));
    const host = withUsableTypes(base, options);
    const { hypervisor: query } = chooseHypervisor(options, host, os, connectionFacts(base.uri));
    const domains =
      base.domains[domainKey(query)] !== undefined
        ? base.domains
        : { ...base.domains, [domainKey(query)]: await askLibvirt(connection, query, refusals) };
    const takenNames = (await connection.listDomains()).map(({ name }) => name);
    const plain = pools.map(({ name, path, type }) => ({ name, path, type }));
    return {
      answers: { ...base, domains, pools: plain },
      live: { takenNames, pools, ...(elsewhere && { elsewhere }) },
    };
  } finally {
    await libvirt.close();
  }
}

async function askHost(
  { connection, privateDaemon }: ChosenLibvirt,
  context: BuildContext,
): Promise<LibvirtAnswers> {
  const host = readHostCapabilities(parseXml(await connection.capabilitiesXml()));
  const remote = connectionFacts(connection.uri).remote;
  const kvmWorks = remote || (await runsKvm(context));
  return { uri: connection.uri, privateDaemon, host, kvmWorks, pools: [], domains: {} };
}

async function runsKvm(context: BuildContext): Promise<boolean> {
  const { accelerator } = await probeHost({
    cacheDir: context.places.cache,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
    ...(context.logger === undefined ? {} : { logger: context.logger }),
  });
  return accelerator.use === 'kvm';
}

async function askPools({ storage }: LibvirtConnection): Promise<PoolFact[]> {
  const pools: PoolFact[] = [];
  for (const { name } of await storage.listPools()) {
    const root = parseXml(await storage.poolXml(name));
    const isRunning = (await storage.poolInfo(name)).state === 'running';
    const volumes = isRunning ? await readVolumes(storage, name) : [];
    pools.push({
      name,
      type: root.attributes.get('type') ?? 'dir',
      path: textAt(root, 'target', 'path') ?? '',
      ...(isRunning ? {} : { isOff: true }),
      volumes: volumes.map(({ volume, facts }) => ({ name: volume.name, ...storageFact(volume, facts) })),
    });
  }
  return pools;
}
