import type { Call } from './domain-calls.ts';
import type { LibvirtConnection, NetworkRef } from './libvirt.ts';
import { LIBVIRT_ERRORS, unless } from './libvirt-error.ts';
import type { LibvirtLibrary, NativeNodeInfo } from './libvirt-library.ts';
import { type ConnectionHandle, freeNative, type Out, readPointers } from './native.ts';

const LIST_NETWORKS = { inactive: 1, active: 2 } as const; // VIR_CONNECT_LIST_NETWORKS_

/** The questions about the host and its hypervisor; see libvirt.ts. */
export type HostCalls = Pick<
  LibvirtConnection,
  | 'libvirtVersion'
  | 'capabilitiesXml'
  | 'domainCapabilitiesXml'
  | 'checkDomainXml'
  | 'listNetworks'
  | 'nodeInfo'
>;

export function hostCalls(library: LibvirtLibrary, connection: ConnectionHandle, call: Call): HostCalls {
  return {
    libvirtVersion: async () => {
      const version: Out<number> = [null];
      await call('virConnectGetLibVersion', () =>
        library.virConnectGetLibVersion.blocking(connection, version),
      );
      return versionText(version[0]);
    },
    capabilitiesXml: () =>
      call('virConnectGetCapabilities', () => library.virConnectGetCapabilities.blocking(connection)),
    domainCapabilitiesXml: ({ emulator = null, arch = null, machine = null, virtType = null }) => {
      const name = 'virConnectGetDomainCapabilities';
      return call(name, () => library[name].blocking(connection, emulator, arch, machine, virtType, 0));
    },
    checkDomainXml: async (xml) => {
      const name = 'virConnectDomainXMLToNative';
      const translate = () => call(name, () => library[name].blocking(connection, 'qemu-argv', xml, 0));
      await unless([LIBVIRT_ERRORS.noSupport], translate);
    },
    listNetworks: async () => {
      const name = 'virConnectListAllNetworks';
      const list = async (active: boolean): Promise<readonly NetworkRef[]> => {
        const array: Out<bigint> = [null];
        const flag = active ? LIST_NETWORKS.active : LIST_NETWORKS.inactive;
        const ask = () => call(name, () => library[name].blocking(connection, array, flag));
        const count = await unless([LIBVIRT_ERRORS.noSupport], ask);
        if (count === undefined || array[0] === null) return [];
        const handles = readPointers<'virNetwork'>(array[0], count);
        freeNative(array[0]);
        return handles.map((network) => {
          const found = library.virNetworkGetName(network) ?? '';
          library.virNetworkFree(network);
          return { name: found, active };
        });
      };
      return [...(await list(true)), ...(await list(false))];
    },
    nodeInfo: async () => {
      const info: NativeNodeInfo = {};
      await call('virNodeGetInfo', () => library.virNodeGetInfo.blocking(connection, info));
      return { cpus: Number(info.cpus), memoryBytes: Number(info.memoryKiB) * 1024 };
    },
  };
}

/** libvirt packs 9.1.2 as 9001002. */
function versionText(packed: number | null): string {
  const version = Number(packed);
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}
