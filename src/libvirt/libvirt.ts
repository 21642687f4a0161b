/**
 * What Kiln needs of libvirt, in the words of its C API. `connectLibvirt` (connect-libvirt.ts) implements it over
 * libvirt.so.0; tests may pass a fake. Nothing above this folder sees a pointer.
 */

import type { Duplex } from 'node:stream';
import type { LibvirtStorage } from './storage.ts';

/** virDomainState and the reason that goes with it (virDomainGetState). */
export type DomainState = {
  readonly state:
    | 'nostate'
    | 'running'
    | 'blocked'
    | 'paused'
    | 'shutdown'
    | 'shutoff'
    | 'crashed'
    | 'pmsuspended';
  /** For `shutoff`: virDomainShutoffReason; for `paused`: virDomainPausedReason in kebab case; otherwise `unknown`. */
  readonly reason:
    | 'unknown'
    | 'shutdown'
    | 'destroyed'
    | 'crashed'
    | 'migrated'
    | 'saved'
    | 'failed'
    | 'from-snapshot'
    | 'daemon'
    | 'ioerror'
    | 'user'
    | 'watchdog'
    | 'other';
};

export type LifecycleEvent = {
  readonly kind: 'lifecycle';
  readonly event:
    | 'defined'
    | 'undefined'
    | 'started'
    | 'suspended'
    | 'resumed'
    | 'stopped'
    | 'shutdown'
    | 'pmsuspended'
    | 'crashed';
  /** The event's own detail, kebab case: `shutdown/guest`, `stopped/shutdown`, `stopped/destroyed`, `stopped/crashed`, `stopped/failed`, `suspended/ioerror`, `crashed/panicked` … */
  readonly detail: string;
};

/** VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON: `enospc` is the host's disk full. */
export type IoErrorEvent = {
  readonly kind: 'io-error';
  readonly path: string;
  readonly device: string;
  readonly reason: string;
};

/** VIR_DOMAIN_EVENT_ID_REBOOT: the guest reset itself and libvirt let it. */
export type RebootEvent = { readonly kind: 'reboot' };

/**
 * QEMU's own SHUTDOWN event (virConnectDomainQemuMonitorEventRegister, qapi/run-state.json). `reason` tells what the
 * lifecycle event cannot: guest-shutdown, guest-reset, guest-panic, host-qmp-quit, host-signal …
 */
export type MonitorShutdownEvent = {
  readonly kind: 'monitor-shutdown';
  readonly guest: boolean;
  readonly reason: string;
};

export type ConnectionClosedEvent = { readonly kind: 'connection-closed'; readonly reason: string };

/** `at`: milliseconds since the epoch when the event reached us. */
export type DomainEvent = { readonly at: number } & (
  | LifecycleEvent
  | IoErrorEvent
  | RebootEvent
  | MonitorShutdownEvent
  | ConnectionClosedEvent
);

/** Events of one domain from the moment of subscribing, none lost, none blocking libvirt. Ends after close(). */
export type EventSubscription = AsyncIterable<DomainEvent> & { close(): void };

export type DiskCounters = {
  readonly readRequests: number;
  readonly readBytes: number;
  readonly writeRequests: number;
  readonly writeBytes: number;
};
export type NetworkCounters = { readonly receivedBytes: number; readonly transmittedBytes: number };

export type Screenshot = { readonly mimeType: string; readonly data: Uint8Array };

export type DomainRef = { readonly name: string; readonly uuid: string };

export type NetworkRef = { readonly name: string; readonly active: boolean };

/** A guest's serial console in both directions. */
export type GuestConsole = {
  /** What the guest has written since the last time; undefined when that is nothing, `end` when the console is gone. Never waits. */
  read(): Promise<Uint8Array | undefined | 'end'>;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

export interface LibvirtConnection {
  readonly uri: string;
  /** `9.0.0`, of the daemon. The hypervisor's is not asked for: libvirt would look at every emulator of the host, which takes seconds. */
  libvirtVersion(): Promise<string>;
  capabilitiesXml(): Promise<string>;
  domainCapabilitiesXml(query: {
    readonly emulator?: string;
    readonly arch?: string;
    readonly machine?: string;
    readonly virtType?: string;
  }): Promise<string>;

  /**
   * virConnectDomainXMLToNative: libvirt reads the XML and makes up QEMU's command line, and nothing else; what it says is thrown away.
   * No error where the hypervisor's driver cannot do that.
   * @throws LibvirtError with what would stop the domain from being defined or started
   */
  checkDomainXml(xml: string): Promise<void>;

  /** virConnectListAllDomains; `active` or `inactive` alone when it says so. */
  listDomains(which?: 'active' | 'inactive'): Promise<readonly DomainRef[]>;
  /** virDomainCreateXML: starts a domain that vanishes at its end unless it is defined meanwhile. */
  createXml(xml: string): Promise<DomainRef>;
  /** virDomainDefineXMLFlags; `validate` checks against libvirt's schema. */
  defineXml(xml: string, options?: { readonly validate?: boolean }): Promise<DomainRef>;
  /** virDomainCreate: starts a defined domain. */
  start(uuid: string): Promise<void>;
  /** undefined when no such domain exists. */
  lookupByUuid(uuid: string): Promise<DomainRef | undefined>;
  lookupByName(name: string): Promise<DomainRef | undefined>;
  getState(uuid: string): Promise<DomainState | undefined>;
  /** virDomainGetXMLDesc; `inactive`: as it will be at its next start. */
  getXml(uuid: string, options?: { readonly inactive?: boolean }): Promise<string>;
  /** virDomainShutdown: the ACPI power button. */
  shutdown(uuid: string): Promise<void>;
  /** virDomainReboot: asks the guest to restart. */
  reboot(uuid: string): Promise<void>;
  /** virDomainSetAutostart: the domain is started with its host. */
  setAutostart(uuid: string, autostart: boolean): Promise<void>;
  getAutostart(uuid: string): Promise<boolean>;
  isPersistent(uuid: string): Promise<boolean>;
  /**
   * virDomainUpdateDeviceFlags with a whole device element. `live` changes the running guest, `config` its definition; `force` takes a
   * medium out of a drive the guest has locked.
   */
  updateDevice(
    uuid: string,
    xml: string,
    where: { readonly live?: boolean; readonly config?: boolean; readonly force?: boolean },
  ): Promise<void>;
  /** virDomainDestroy; no error when the domain is already off or gone. */
  destroy(uuid: string): Promise<void>;
  /** virDomainUndefineFlags with managed save, snapshots metadata and, unless `keepNvram`, the firmware's variables; no error when it is gone. */
  undefine(uuid: string, options?: { readonly keepNvram?: boolean }): Promise<void>;
  /** `target` is the device name of the XML: vda. undefined once the domain is off. */
  diskCounters(uuid: string, target: string): Promise<DiskCounters | undefined>;
  /**
   * `target` is the interface's MAC address or device name. undefined once the domain is off, and for QEMU's user-mode
   * network, whose traffic nobody counts.
   */
  networkCounters(uuid: string, target: string): Promise<NetworkCounters | undefined>;
  /** What the first screen shows (PPM or PNG as the hypervisor gives it). */
  screenshot(uuid: string): Promise<Screenshot>;
  /** virDomainOpenConsole: the first console, if it is a pseudo terminal nobody else has open. */
  openConsole(uuid: string): Promise<GuestConsole>;
  /**
   * virDomainOpenGraphicsFD: a connection of its own to one of the guest's graphics servers, speaking that server's protocol, without
   * its password. Only where libvirt is on this host. `index` counts the `graphics` elements from 0.
   */
  openGraphics(uuid: string, index: number): Promise<Duplex>;
  /** Subscribe before starting the domain, then read its state once: so no end is missed. */
  subscribe(uuid: string): Promise<EventSubscription>;
  readonly storage: LibvirtStorage;
  /** virConnectListAllNetworks; none where the hypervisor's driver has no networks. */
  listNetworks(): Promise<readonly NetworkRef[]>;
  /** virNodeGetInfo. */
  nodeInfo(): Promise<{ readonly cpus: number; readonly memoryBytes: number }>;
  close(): Promise<void>;
}
