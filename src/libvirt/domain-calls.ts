import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { toDomainState } from './domain-state.ts';
import { openGuestConsole } from './guest-console.ts';
import type { HostCalls } from './host-calls.ts';
import type {
  DiskCounters,
  DomainRef,
  DomainState,
  GuestConsole,
  LibvirtConnection,
  NetworkCounters,
  Screenshot,
} from './libvirt.ts';
import { hasCode, LIBVIRT_ERRORS, unless } from './libvirt-error.ts';
import type { LibvirtLibrary, NativeBlockStats, NativeInterfaceStats } from './libvirt-library.ts';
import { uuidOf } from './libvirt-runtime.ts';
import { type ConnectionHandle, type DomainHandle, freeNative, type Out, readPointers } from './native.ts';
import { takeScreenshot } from './take-screenshot.ts';

/** Makes one native call; a failure (null or a negative number) becomes a LibvirtError. */
export type Call = <Result>(name: string, attempt: () => Promise<Result>) => Promise<NonNullable<Result>>;

const DEFINE_VALIDATE = 1; // VIR_DOMAIN_DEFINE_VALIDATE
const LIST_DOMAINS = { active: 1, inactive: 2 } as const; // VIR_CONNECT_LIST_DOMAINS_
const XML_INACTIVE = 2; // VIR_DOMAIN_XML_INACTIVE
const MODIFY = { live: 1, config: 2, force: 4 } as const; // VIR_DOMAIN_DEVICE_MODIFY_
const GRAPHICS_SKIP_AUTH = 1; // VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH
const UNDEFINE_KEEP_NVRAM = 8; // VIR_DOMAIN_UNDEFINE_KEEP_NVRAM
const UNDEFINE_METADATA = 1 | 2; // VIR_DOMAIN_UNDEFINE_ MANAGED_SAVE | SNAPSHOTS_METADATA
const UNDEFINE_NVRAM = 4; // VIR_DOMAIN_UNDEFINE_NVRAM; the test driver knows no firmware variables

/** The calls of a LibvirtConnection that are plain questions and orders; see libvirt.ts for their meaning. */
export class DomainCalls
  implements Omit<LibvirtConnection, keyof HostCalls | 'subscribe' | 'close' | 'storage'>
{
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

  async listDomains(which?: 'active' | 'inactive'): Promise<readonly DomainRef[]> {
    const array: Out<bigint> = [null];
    const flags = which === undefined ? 0 : LIST_DOMAINS[which];
    const count = await this.#call('virConnectListAllDomains', () =>
      this.#library.virConnectListAllDomains.blocking(this.#connection, array, flags),
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

  async undefine(uuid: string, options: { readonly keepNvram?: boolean } = {}): Promise<void> {
    const name = 'virDomainUndefineFlags';
    const attempt = (flags: number) =>
      unlessGone(() =>
        this.#withDomain(uuid, (domain) =>
          this.#call(name, () => this.#library[name].blocking(domain, flags)),
        ),
      );
    try {
      await attempt(UNDEFINE_METADATA | (options.keepNvram ? UNDEFINE_KEEP_NVRAM : UNDEFINE_NVRAM));
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

  getXml(uuid: string, options: { readonly inactive?: boolean } = {}): Promise<string> {
    const flags = options.inactive ? XML_INACTIVE : 0;
    return this.#withDomain(uuid, (domain) =>
      this.#call('virDomainGetXMLDesc', () => this.#library.virDomainGetXMLDesc.blocking(domain, flags)),
    );
  }

  reboot(uuid: string): Promise<void> {
    return this.#order(uuid, 'virDomainReboot', 0);
  }

  setAutostart(uuid: string, autostart: boolean): Promise<void> {
    return this.#order(uuid, 'virDomainSetAutostart', autostart ? 1 : 0);
  }

  getAutostart(uuid: string): Promise<boolean> {
    const autostart: Out<number> = [null];
    return this.#withDomain(uuid, async (domain) => {
      await this.#call('virDomainGetAutostart', () =>
        this.#library.virDomainGetAutostart.blocking(domain, autostart),
      );
      return autostart[0] === 1;
    });
  }

  isPersistent(uuid: string): Promise<boolean> {
    const name = 'virDomainIsPersistent';
    return this.#withDomain(uuid, async (domain) => {
      const answer = await this.#call(name, () => this.#library[name].blocking(domain));
      return answer === 1;
    });
  }

  async updateDevice(
    uuid: string,
    xml: string,
    where: Parameters<LibvirtConnection['updateDevice']>[2],
  ): Promise<void> {
    const name = 'virDomainUpdateDeviceFlags';
    const flag = (key: keyof typeof MODIFY): number => (where[key] ? MODIFY[key] : 0);
    const flags = flag('live') | flag('config') | flag('force');
    await this.#withDomain(uuid, (domain) =>
      this.#call(name, () => this.#library[name].blocking(domain, xml, flags)),
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

  openConsole(uuid: string): Promise<GuestConsole> {
    return this.#withDomain(uuid, (domain) =>
      openGuestConsole(this.#library, this.#connection, domain, this.#call),
    );
  }

  openGraphics(uuid: string, index: number): Promise<Duplex> {
    const name = 'virDomainOpenGraphicsFD';
    return this.#withDomain(uuid, async (domain) => {
      const fd = await this.#call(name, () =>
        this.#library[name].blocking(domain, index, GRAPHICS_SKIP_AUTH),
      );
      return new Socket({ fd, readable: true, writable: true });
    });
  }

  async #command(
    uuid: string,
    name: 'virDomainCreate' | 'virDomainShutdown' | 'virDomainDestroy',
  ): Promise<void> {
    await this.#withDomain(uuid, (domain) => this.#call(name, () => this.#library[name].blocking(domain)));
  }

  async #order(
    uuid: string,
    name: 'virDomainReboot' | 'virDomainSetAutostart',
    value: number,
  ): Promise<void> {
    await this.#withDomain(uuid, (domain) =>
      this.#call(name, () => this.#library[name].blocking(domain, value)),
    );
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

const unlessGone = <Result>(attempt: () => Promise<Result>) => unless([LIBVIRT_ERRORS.noDomain], attempt);

/** libvirt answers "operation invalid" when a domain that is off is asked for what only a running one has. */
const unlessOff = <Result>(attempt: () => Promise<Result>) =>
  unless([LIBVIRT_ERRORS.noDomain, LIBVIRT_ERRORS.operationInvalid], attempt);

/** A user-mode network has no interface on the host; libvirt 9.0 has only an internal error for that. */
function isWithoutCounters(error: unknown): boolean {
  if (hasCode(error, LIBVIRT_ERRORS.noSupport, LIBVIRT_ERRORS.operationUnsupported)) return true;
  return hasCode(error, LIBVIRT_ERRORS.internal) && error.message.includes('Interface name not provided');
}
