import { randomUUID } from 'node:crypto';
import { type Duplex, PassThrough } from 'node:stream';
import { createEventStream, type EventStream } from '../../src/libvirt/event-stream.ts';
import type {
  DiskCounters,
  DomainEvent,
  DomainRef,
  DomainState,
  GuestConsole,
  LibvirtConnection,
  LifecycleEvent,
  NetworkCounters,
  NetworkRef,
  Screenshot,
} from '../../src/libvirt/libvirt.ts';
import { LIBVIRT_ERRORS, LibvirtError } from '../../src/libvirt/libvirt-error.ts';
import type { UntimedEvent } from '../../src/libvirt/libvirt-runtime.ts';
import { FakeStorage } from './fake-storage.ts';

type FakeDomain = {
  readonly name: string;
  readonly uuid: string;
  xml: string;
  persistent: boolean;
  autostart: boolean;
  state: DomainState;
};

export type FakeLibvirtOptions = {
  readonly uri?: string;
  /** Time put on events; the real clock by default. */
  readonly now?: () => number;
  /** What `virDomainShutdown` does to the guest: obey (default) or ignore the button. */
  readonly powerButton?: 'obeyed' | 'ignored';
  /** Makes a call fail: return the error to throw, or undefined to let it pass. */
  readonly failure?: (call: keyof LibvirtConnection, subject: string) => Error | undefined;
};

const RUNNING: DomainState = { state: 'running', reason: 'unknown' };

/**
 * libvirt in memory. Domains have names, states and events as libvirt gives them (test/contract/libvirt holds both to
 * the same tests); what a guest does is told by `powerOff`, `reset`, `crash`, `emit` and the settable answers.
 */
export class FakeLibvirt implements LibvirtConnection {
  readonly uri: string;
  /** Calls in order, as `createXml kiln-x` or `destroy <uuid>`. */
  readonly calls: string[] = [];
  /** Answers of diskCounters and networkCounters by target; give a function to make them move. */
  readonly disks = new Map<string, () => DiskCounters>();
  readonly networks = new Map<string, () => NetworkCounters>();
  nextScreenshot: Screenshot = {
    mimeType: 'image/x-portable-pixmap',
    data: Buffer.from('P6\n1 1\n255\n\0\0\0', 'latin1'),
  };
  capabilities = '<capabilities/>';
  domainCapabilities = '<domainCapabilities/>';
  /** Answers of listNetworks. */
  libvirtNetworks: readonly NetworkRef[] = [{ name: 'default', active: true }];
  closed = false;
  readonly storage = new FakeStorage();
  readonly #options: FakeLibvirtOptions;
  readonly #domains = new Map<string, FakeDomain>();
  readonly #streams = new Map<string, Set<EventStream>>();

  constructor(options: FakeLibvirtOptions = {}) {
    this.uri = options.uri ?? 'fake:///default';
    this.#options = options;
  }

  /** Sends one event to the domain's subscribers; states are not touched. */
  emit(uuid: string, event: UntimedEvent): void {
    const at = this.#options.now?.() ?? Date.now();
    const timed = { at, ...event } as DomainEvent; // spreading a union loses which member it is
    for (const stream of this.#streams.get(uuid) ?? []) stream.push(timed);
  }

  setState(uuid: string, state: DomainState): void {
    this.#require('getState', uuid).state = state;
  }

  /** The guest powers itself off. */
  powerOff(uuid: string): void {
    this.emit(uuid, { kind: 'monitor-shutdown', guest: true, reason: 'guest-shutdown' });
    this.#lifecycle(uuid, 'shutdown', 'guest');
    this.#stop(uuid, 'shutdown');
  }

  /** The guest resets itself where the XML says on_reboot=destroy. */
  reset(uuid: string): void {
    this.emit(uuid, { kind: 'monitor-shutdown', guest: true, reason: 'guest-reset' });
    this.#lifecycle(uuid, 'shutdown', 'guest');
    this.#stop(uuid, 'shutdown');
  }

  /** QEMU dies. */
  crash(uuid: string): void {
    this.#stop(uuid, 'crashed');
  }

  async libvirtVersion(): Promise<string> {
    this.#begin('libvirtVersion');
    return '9.0.0';
  }
  async capabilitiesXml(): Promise<string> {
    this.#begin('capabilitiesXml');
    return this.capabilities;
  }
  async checkDomainXml(xml: string): Promise<void> {
    this.#begin('checkDomainXml', xml);
  }

  async domainCapabilitiesXml(): Promise<string> {
    this.#begin('domainCapabilitiesXml');
    return this.domainCapabilities;
  }
  async listNetworks(): Promise<readonly NetworkRef[]> {
    this.#begin('listNetworks');
    return this.libvirtNetworks;
  }
  async nodeInfo(): Promise<{ readonly cpus: number; readonly memoryBytes: number }> {
    this.#begin('nodeInfo');
    return { cpus: 4, memoryBytes: 8 * 2 ** 30 };
  }

  async listDomains(which?: 'active' | 'inactive'): Promise<readonly DomainRef[]> {
    this.#begin('listDomains');
    const all = [...this.#domains.values()];
    return all.filter((one) => which === undefined || isActive(one) === (which === 'active')).map(toRef);
  }

  async reboot(uuid: string): Promise<void> {
    this.#begin('reboot', uuid);
    if (!isActive(this.#require('reboot', uuid))) throw refusal('reboot', 'domain is not running');
    this.emit(uuid, { kind: 'reboot' });
  }

  async setAutostart(uuid: string, autostart: boolean): Promise<void> {
    this.#begin('setAutostart', uuid);
    const domain = this.#require('setAutostart', uuid);
    if (!domain.persistent) throw refusal('setAutostart', 'cannot set autostart for transient domain');
    domain.autostart = autostart;
  }

  async getAutostart(uuid: string): Promise<boolean> {
    this.#begin('getAutostart', uuid);
    return this.#require('getAutostart', uuid).autostart;
  }

  async isPersistent(uuid: string): Promise<boolean> {
    this.#begin('isPersistent', uuid);
    return this.#require('isPersistent', uuid).persistent;
  }

  /** Only taken note of: `updateDevice <uuid>`. */
  async updateDevice(uuid: string): Promise<void> {
    this.#begin('updateDevice', uuid);
    this.#require('updateDevice', uuid);
  }

  async createXml(xml: string): Promise<DomainRef> {
    const { name, uuid } = identify('createXml', xml);
    this.#begin('createXml', name);
    const domain = this.#put('createXml', name, uuid ?? randomUUID(), xml);
    this.#run('createXml', domain);
    return toRef(domain);
  }

  async defineXml(xml: string, _options: { readonly validate?: boolean } = {}): Promise<DomainRef> {
    const { name, uuid } = identify('defineXml', xml);
    this.#begin('defineXml', name);
    const known = this.#byName(name);
    const domain = this.#put('defineXml', name, uuid ?? randomUUID(), xml);
    domain.persistent = true;
    this.#lifecycle(domain.uuid, 'defined', known ? 'updated' : 'added');
    return toRef(domain);
  }

  async start(uuid: string): Promise<void> {
    this.#begin('start', uuid);
    this.#run('start', this.#require('start', uuid));
  }

  async lookupByUuid(uuid: string): Promise<DomainRef | undefined> {
    this.#begin('lookupByUuid', uuid);
    const domain = this.#domains.get(uuid);
    return domain && toRef(domain);
  }

  async lookupByName(name: string): Promise<DomainRef | undefined> {
    this.#begin('lookupByName', name);
    const domain = this.#byName(name);
    return domain && toRef(domain);
  }

  async getState(uuid: string): Promise<DomainState | undefined> {
    this.#begin('getState', uuid);
    return this.#domains.get(uuid)?.state;
  }

  async getXml(uuid: string): Promise<string> {
    this.#begin('getXml', uuid);
    return this.#require('getXml', uuid).xml;
  }

  async shutdown(uuid: string): Promise<void> {
    this.#begin('shutdown', uuid);
    if (!isActive(this.#require('shutdown', uuid))) throw refusal('shutdown', 'domain is not running');
    if (this.#options.powerButton !== 'ignored') this.powerOff(uuid);
  }

  async destroy(uuid: string): Promise<void> {
    this.#begin('destroy', uuid);
    if (isActive(this.#domains.get(uuid))) this.#stop(uuid, 'destroyed');
  }

  async undefine(uuid: string): Promise<void> {
    this.#begin('undefine', uuid);
    const domain = this.#domains.get(uuid);
    if (domain === undefined) return;
    domain.persistent = false;
    if (!isActive(domain)) this.#domains.delete(uuid);
    this.#lifecycle(uuid, 'undefined', 'removed');
  }

  async diskCounters(uuid: string, target: string): Promise<DiskCounters | undefined> {
    this.#begin('diskCounters', uuid);
    if (!isActive(this.#domains.get(uuid))) return undefined;
    return this.disks.get(target)?.() ?? { readRequests: 0, readBytes: 0, writeRequests: 0, writeBytes: 0 };
  }

  async networkCounters(uuid: string, target: string): Promise<NetworkCounters | undefined> {
    this.#begin('networkCounters', uuid);
    if (!isActive(this.#domains.get(uuid))) return undefined;
    return this.networks.get(target)?.() ?? { receivedBytes: 0, transmittedBytes: 0 };
  }

  async openConsole(uuid: string): Promise<GuestConsole> {
    this.#begin('openConsole', uuid);
    if (!isActive(this.#require('openConsole', uuid))) throw refusal('openConsole', 'domain is not running');
    return { read: async () => 'end', write: async () => undefined, close: async () => undefined };
  }

  async openGraphics(uuid: string, _index: number): Promise<Duplex> {
    this.#begin('openGraphics', uuid);
    if (!isActive(this.#require('openGraphics', uuid)))
      throw refusal('openGraphics', 'domain is not running');
    return new PassThrough();
  }

  async screenshot(uuid: string): Promise<Screenshot> {
    this.#begin('screenshot', uuid);
    if (!isActive(this.#require('screenshot', uuid))) throw refusal('screenshot', 'domain is not running');
    return this.nextScreenshot;
  }

  async subscribe(uuid: string): Promise<EventStream> {
    this.#begin('subscribe', uuid);
    const streams = this.#streams.get(uuid) ?? new Set();
    const stream = createEventStream(() => streams.delete(stream));
    this.#streams.set(uuid, streams.add(stream));
    return stream;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const stream of [...this.#streams.values()].flatMap((streams) => [...streams])) stream.close();
  }

  #begin(call: keyof LibvirtConnection, subject = ''): void {
    if (this.closed)
      throw failed(call, LIBVIRT_ERRORS.invalidConnection, 'the connection to libvirt is closed');
    this.calls.push(`${call} ${subject}`.trim());
    const failure = this.#options.failure?.(call, subject);
    if (failure) throw failure;
  }

  #byName(name: string): FakeDomain | undefined {
    return [...this.#domains.values()].find((domain) => domain.name === name);
  }

  #require(call: string, uuid: string): FakeDomain {
    const domain = this.#domains.get(uuid);
    if (domain === undefined) throw failed(call, LIBVIRT_ERRORS.noDomain, `no domain with UUID ${uuid}`);
    return domain;
  }

  #put(call: string, name: string, uuid: string, xml: string): FakeDomain {
    const namesake = this.#byName(name);
    if (namesake && namesake.uuid !== uuid) {
      throw failed(call, LIBVIRT_ERRORS.operationFailed, `domain '${name}' already exists with another UUID`);
    }
    const domain = namesake ?? {
      name,
      uuid,
      xml,
      persistent: false,
      autostart: false,
      state: off('unknown'),
    };
    domain.xml = xml;
    this.#domains.set(uuid, domain);
    return domain;
  }

  #run(call: string, domain: FakeDomain): void {
    if (isActive(domain)) throw refusal(call, `domain '${domain.name}' is already running`);
    domain.state = RUNNING;
    this.#lifecycle(domain.uuid, 'started', 'booted');
  }

  #stop(uuid: string, reason: 'shutdown' | 'destroyed' | 'crashed'): void {
    const domain = this.#require('destroy', uuid);
    domain.state = off(reason);
    if (!domain.persistent) this.#domains.delete(uuid);
    this.#lifecycle(uuid, 'stopped', reason);
  }

  #lifecycle(uuid: string, event: LifecycleEvent['event'], detail: string): void {
    this.emit(uuid, { kind: 'lifecycle', event, detail });
  }
}

const off = (reason: DomainState['reason']): DomainState => ({ state: 'shutoff', reason });
const toRef = ({ name, uuid }: FakeDomain): DomainRef => ({ name, uuid });
const isActive = (domain: FakeDomain | undefined): boolean =>
  domain !== undefined && domain.state.state !== 'shutoff';

function failed(call: string, code: number, message: string): LibvirtError {
  return new LibvirtError(call, { code, domain: 0, message });
}

const refusal = (call: string, message: string) => failed(call, LIBVIRT_ERRORS.operationInvalid, message);

function identify(call: string, xml: string): { readonly name: string; readonly uuid: string | undefined } {
  if (!/^\s*(<\?xml[^>]*>\s*)?<domain[\s>]/.test(xml)) {
    throw failed(call, LIBVIRT_ERRORS.xmlDetail, 'the XML is not a domain');
  }
  const name = /<name>\s*([^<]+?)\s*<\/name>/.exec(xml)?.[1];
  if (name === undefined) throw failed(call, LIBVIRT_ERRORS.noName, 'missing name information');
  return { name, uuid: /<uuid>\s*([^<]+?)\s*<\/uuid>/.exec(xml)?.[1]?.toLowerCase() };
}
