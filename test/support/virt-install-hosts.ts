import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseXml } from '../../src/foundation/parse-xml.ts';
import { childrenOf, nodeAt, textAt } from '../../src/foundation/xml-node.ts';
import type { OsFacts } from '../../src/osinfo/os-facts.ts';
import type { GuestFacts, PoolFact, StorageFact } from '../../src/virt-install/guest/guest-facts.ts';
import {
  readDomainCapabilities,
  readHostCapabilities,
} from '../../src/virt-install/guest/read-capabilities.ts';

export const VIRT_INSTALL_FIXTURES = resolve(import.meta.dirname, '../../fixtures/virt-install');

const fixture = (name: string): string => join(VIRT_INSTALL_FIXTURES, name);

/** Recorded hosts: what both programs take libvirt to be. virt-install's own test suite reads such URIs (virtinst/uri.py). */
export const HOSTS = {
  /** KVM under the system's libvirt. */
  kvm: { domain: 'domain-capabilities-kvm-q35.xml', uri: 'qemu:///system', privileged: true },
  /** KVM of an ordinary user. */
  session: { domain: 'domain-capabilities-kvm-q35.xml', uri: 'qemu:///session', privileged: false },
  /** Emulation alone. */
  tcg: { domain: 'domain-capabilities-qemu-q35.xml', uri: 'qemu:///system', privileged: true },
} as const;

export type HostName = keyof typeof HOSTS;

/** The URI under which virt-install sees the recorded host, over libvirt's test driver. */
export function uriOf(host: HostName): string {
  const { domain, uri } = HOSTS[host];
  const parts = [
    `__virtinst_test__test://${fixture('test-driver.xml')}`,
    `caps=${fixture('capabilities.xml')}`,
    `domcaps=${fixture(domain)}`,
    `fakeuri=${uri}`,
  ];
  return parts.join(',');
}

/** What Kiln's identities begin with when the command line names none. */
export const MADE_MAC = '52:54:00:00:00:';
export const MADE_UUID = '00000000-0000-4000-8000-000000000001';

/** The same host as Kiln sees it. */
export function factsOf(host: HostName, os: OsFacts): GuestFacts {
  const { domain, privileged } = HOSTS[host];
  const pools = poolsOf(readFileSync(fixture('test-driver.xml'), 'utf8'));
  const volumes = pools.flatMap((pool) => pool.volumes);
  const [defaultPool] = pools;
  if (defaultPool === undefined) throw new Error('the fixture has no pool');
  let count = 0;
  return {
    connection: { driver: 'qemu', remote: false, privileged },
    host: readHostCapabilities(parseXml(readFileSync(fixture('capabilities.xml'), 'utf8'))),
    domain: readDomainCapabilities(parseXml(readFileSync(fixture(domain), 'utf8'))),
    os,
    pools,
    paths: {
      '/tmp': { path: '/tmp', exists: true, type: 'dir' },
      ...Object.fromEntries(volumes.map((volume) => [volume.path, volume])),
    },
    defaultPool,
    takenNames: ['taken'],
    workingDirectory: process.cwd(),
    home: '/root',
    newMac: () => {
      count += 1;
      return `${MADE_MAC}${String(count).padStart(2, '0')}`;
    },
    newUuid: () => MADE_UUID,
  };
}

function poolsOf(text: string): PoolFact[] {
  return childrenOf(parseXml(text), 'pool').map((pool) => ({
    name: textAt(pool, 'name') ?? '',
    type: pool.attributes.get('type') ?? '',
    path: textAt(pool, 'target', 'path') ?? '',
    volumes: childrenOf(pool, 'volume').map((volume): StorageFact & { readonly name: string } => ({
      name: textAt(volume, 'name') ?? '',
      path: textAt(volume, 'target', 'path') ?? '',
      exists: true,
      type: 'file',
      format: nodeAt(volume, 'target', 'format')?.attributes.get('type') ?? 'raw',
    })),
  }));
}
