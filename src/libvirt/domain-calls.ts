import { toDomainState } from './domain-state.ts';
import type {
  DiskCounters,
  DomainRef,
  DomainState,
  LibvirtConnection,
  NetworkCounters,
  Screenshot,
} from './libvirt.ts';
import { hasCode, LIBVIRT_ERRORS } from './libvirt-error.ts';
import type {
  LibvirtLibrary,
  NativeBlockStats,
  NativeInterfaceStats,
  NativeNodeInfo,
} from './libvirt-library.ts';
import { uuidOf } from './libvirt-runtime.ts';
import { type ConnectionHandle, type DomainHandle, freeNative, type Out, readPointers } from './native.ts';
import { takeScreenshot } from './take-screenshot.ts';

/** Makes one native call; a failure (null or a negative number) becomes a LibvirtError. */
export type Call = <Result>(name: string, attempt: () => Promise<Result>) => Promise<NonNullable<Result>>;

const DEFINE_VALIDATE = 1; // VIR_DOMAIN_DEFINE_VALIDATE
const UNDEFINE_METADATA = 1 | 2; // VIR_DOMAIN_UNDEFINE_ MANAGED_SAVE | SNAPSHOTS_METADATA
const UNDEFINE_NVRAM = 4; // VIR_DOMAIN_UNDEFINE_NVRAM; the test driver knows no firmware variables

/** The calls of a LibvirtConnection that are plain questions and orders; see libvirt.ts for their meaning. */
export class DomainCalls implements Omit<LibvirtConnection, 'subscribe' | 'close'> {
  readonly uri: string;
  readonly #library: LibvirtLibrary;
  readonly #connection: ConnectionHandle;
  readonly #call: Call;

  constructor(uri: string, library: LibvirtLibrary, connection: ConnectionHandle, call: Call) {
    this.uri = uri;
    this.#library = library;
    this.#connection = connection;
    this.#call = call;
  }

  async libvirtVersion(): Promise<string> {
    const library: Out<number> = [null];
    await this.#call('virConnectGetLibVersion', () =>
      this.#library.virConnectGetLibVersion.blocking(this.#connection, library),
    );
    return versionText(library[0]);
  }

  capabilitiesXml(): Promise<string> {
    return this.#call('virConnectGetCapabilities', () =>
      this.#library.virConnectGetCapabilities.blocking(this.#connection),
    );
  }

  domainCapabilitiesXml(query: Parameters<LibvirtConnection['domainCapabilitiesXml']>[0]): Promise<string> {
    const { emulator = null, arch = null, machine = null, virtType = null } = query;
    return this.#call('virConnectGetDomainCapabilities', () =>
      this.#library.virConnectGetDomainCapabilities.blocking(
        this.#connection,
        emulator,
        arch,
        machine,
        virtType,
        0,
      ),
    );
  }

  async nodeInfo(): Promise<{ readonly cpus: number; readonly memoryBytes: number }> {
    const info: NativeNodeInfo = {};
    await this.#call('virNodeGetInfo', () => this.#library.virNodeGetInfo.blocking(this.#connection, info));
    return { cpus: Number(info.cpus), memoryBytes: Number(info.memoryKiB) * 1024 };
  }

  async listDomains(): Promise<readonly DomainRef[]> {
    const array: Out<bigint> = [null];
    const count = await this.#call('virConnectListAllDomains', () =>
      this.#library.virConnectListAllDomains.blocking(this.#connection, array, 0),
    );
    if (array[0] === null) return [];
    const domains = readPointers<'virDomain'>(array[0], count).map((domain) => this.#release(domain));
    freeNative(array[0]);
    return domains;
  }

  async createXml(xml: string): Promise<DomainRef> {
    const domain = await this.#call('virDomainCreateXML', () =>
      this.#library.virDomainCreateXML.blocking(this.#connection, xml, 0),
    );
    return this.#release(domain);
  }

  async defineXml(xml: string, options: { readonly validate?: boolean } = {}): Promise<DomainRef> {
    const flags = options.validate ? DEFINE_VALIDATE : 0;
    const domain = await this.#call('virDomainDefineXMLFlags', () =>
      this.#library.virDomainDefineXMLFlags.blocking(this.#connection, xml, flags),
    );
    return this.#release(domain);
  }

  lookupByUuid(uuid: string): Promise<DomainRef | undefined> {
    return unlessGone(async () => this.#release(await this.#find(uuid)));
  }

  lookupByName(name: string): Promise<DomainRef | undefined> {
    return unlessGone(async () => {
      const domain = await this.#call('virDomainLookupByName', () =>
        this.#library.virDomainLookupByName.blocking(this.#connection, name),
      );
      return this.#release(domain);
    });
  }

  start(uuid: string): Promise<void> {
    return this.#command(uuid, 'virDomainCreate');
  }

  shutdown(uuid: string): Promise<void> {
    return this.#command(uuid, 'virDomainShutdown');
  }

  async destroy(uuid: string): Promise<void> {
    await unlessOff(() => this.#command(uuid, 'virDomainDestroy'));
  }

  async undefine(uuid: string): Promise<void> {
    const name = 'virDomainUndefineFlags';
    const attempt = (flags: number) =>
      unlessGone(() =>
        this.#withDomain(uuid, (domain) =>
          this.#call(name, () => this.#library[name].blocking(domain, flags)),
        ),
      );
    try {
      await attempt(UNDEFINE_METADATA | UNDEFINE_NVRAM);
    } catch (error) {
      if (!hasCode(error, LIBVIRT_ERRORS.invalidArgument)) throw error;
      await attempt(UNDEFINE_METADATA);
    }
  }

  getState(uuid: string): Promise<DomainState | undefined> {
    const state: Out<number> = [null];
    const reason: Out<number> = [null];
    return unlessGone(() =>
      this.#withDomain(uuid, async (domain) => {
        await this.#call('virDomainGetState', () =>
          this.#library.virDomainGetState.blocking(domain, state, reason, 0),
        );
        return toDomainState(Number(state[0]), Number(reason[0]));
      }),
    );
  }

  getXml(uuid: string): Promise<string> {
    return this.#withDomain(uuid, (domain) =>
      this.#call('virDomainGetXMLDesc', () => this.#library.virDomainGetXMLDesc.blocking(domain, 0)),
    );
  }

  diskCounters(uuid: string, target: string): Promise<DiskCounters | undefined> {
    const size = this.#library.blockStatsBytes;
    return unlessOff(() =>
      this.#withDomain(uuid, async (domain) => {
        const stats: NativeBlockStats = {};
        await this.#call('virDomainBlockStats', () =>
          this.#library.virDomainBlockStats.blocking(domain, target, stats, size),
        );
        return {
          readRequests: Number(stats.readRequests),
          readBytes: Number(stats.readBytes),
          writeRequests: Number(stats.writeRequests),
          writeBytes: Number(stats.writeBytes),
        };
      }),
    );
  }

  async networkCounters(uuid: string, target: string): Promise<NetworkCounters | undefined> {
    const size = this.#library.interfaceStatsBytes;
    const stats: NativeInterfaceStats = {};
    const read = this.#withDomain(uuid, (domain) =>
      this.#call('virDomainInterfaceStats', () =>
        this.#library.virDomainInterfaceStats.blocking(domain, target, stats, size),
      ),
    );
    try {
      if ((await unlessOff(() => read)) === undefined) return undefined;
    } catch (error) {
      if (isWithoutCounters(error)) return undefined;
      throw error;
    }
    return { receivedBytes: Number(stats.receivedBytes), transmittedBytes: Number(stats.transmittedBytes) };
  }

  screenshot(uuid: string): Promise<Screenshot> {
    return this.#withDomain(uuid, (domain) =>
      takeScreenshot(this.#library, this.#connection, domain, this.#call),
    );
  }

  async #command(
    uuid: string,
    name: 'virDomainCreate' | 'virDomainShutdown' | 'virDomainDestroy',
  ): Promise<void> {
    await this.#withDomain(uuid, (domain) => this.#call(name, () => this.#library[name].blocking(domain)));
  }

  #find(uuid: string): Promise<DomainHandle> {
    return this.#call('virDomainLookupByUUIDString', () =>
      this.#library.virDomainLookupByUUIDString.blocking(this.#connection, uuid),
    );
  }

  async #withDomain<Result>(uuid: string, use: (domain: DomainHandle) => Promise<Result>): Promise<Result> {
    const domain = await this.#find(uuid);
    try {
      return await use(domain);
    } finally {
      this.#library.virDomainFree(domain);
    }
  }

  /** What is worth knowing of a domain, and the handle given back. */
  #release(domain: DomainHandle): DomainRef {
    const ref = { name: this.#library.virDomainGetName(domain) ?? '', uuid: uuidOf(this.#library, domain) };
    this.#library.virDomainFree(domain);
    return ref;
  }
}

/** libvirt packs 9.1.2 as 9001002. */
function versionText(packed: number | null): string {
  const version = Number(packed);
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}

async function unless<Result>(
  codes: readonly number[],
  attempt: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (hasCode(error, ...codes)) return undefined;
    throw error;
  }
}

const unlessGone = <Result>(attempt: () => Promise<Result>) => unless([LIBVIRT_ERRORS.noDomain], attempt);

/** libvirt answers "operation invalid" when a domain that is off is asked for what only a running one has. */
const unlessOff = <Result>(attempt: () => Promise<Result>) =>
  unless([LIBVIRT_ERRORS.noDomain, LIBVIRT_ERRORS.operationInvalid], attempt);

/** A user-mode network has no interface on the host; libvirt 9.0 has only an internal error for that. */
function isWithoutCounters(error: unknown): boolean {
  if (hasCode(error, LIBVIRT_ERRORS.noSupport, LIBVIRT_ERRORS.operationUnsupported)) return true;
  return hasCode(error, LIBVIRT_ERRORS.internal) && error.message.includes('Interface name not provided');
}
