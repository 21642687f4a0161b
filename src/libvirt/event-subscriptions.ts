import { createEventStream, type EventStream } from './event-stream.ts';
import type { EventSubscription } from './libvirt.ts';
import { hasCode, LIBVIRT_ERRORS } from './libvirt-error.ts';
import type { LibvirtRuntime, UntimedEvent } from './libvirt-runtime.ts';
import type { CallbackAddress, ConnectionHandle } from './native.ts';

/** virDomainEventID. */
const EVENT_IDS = { lifecycle: 0, reboot: 1, ioErrorReason: 6 } as const;

/** Runs one native call of the connection; negative results throw the connection's LibvirtError. */
export type CheckedCall = (name: string, call: () => Promise<number>) => Promise<number>;

/**
 * The subscribers of one connection. libvirt sends the events of all domains, from the first subscription to the end
 * of the connection; a domain that does not exist yet could not be asked for by name.
 */
export class EventSubscriptions {
  readonly #runtime: LibvirtRuntime;
  readonly #connection: ConnectionHandle;
  readonly #call: CheckedCall;
  readonly #key: bigint;
  readonly #streams = new Map<string, Set<EventStream>>();
  readonly #undo: (() => Promise<number>)[] = [];
  #registered: Promise<void> | undefined;

  constructor(runtime: LibvirtRuntime, connection: ConnectionHandle, call: CheckedCall) {
    this.#runtime = runtime;
    this.#connection = connection;
    this.#call = call;
    this.#key = runtime.addSink((uuid, event) => this.#deliver(uuid, event));
  }

  async subscribe(uuid: string): Promise<EventSubscription> {
    this.#registered ??= this.#register();
    await this.#registered;
    const key = uuid.toLowerCase();
    const streams = this.#streams.get(key) ?? new Set();
    const stream = createEventStream(() => {
      streams.delete(stream);
      if (streams.size === 0) this.#streams.delete(key);
    });
    this.#streams.set(key, streams.add(stream));
    return stream;
  }

  /** Ends every subscription; libvirt calls us no more. */
  async close(): Promise<void> {
    for (const stream of [...this.#streams.values()].flatMap((streams) => [...streams])) stream.close();
    for (const undo of this.#undo.splice(0)) await undo();
    this.#runtime.removeSink(this.#key);
  }

  #deliver(uuid: string | undefined, event: UntimedEvent): void {
    const timed = { at: Date.now(), ...event };
    const concerned =
      uuid === undefined
        ? [...this.#streams.values()].flatMap((streams) => [...streams])
        : [...(this.#streams.get(uuid) ?? [])];
    for (const stream of concerned) stream.push(timed);
  }

  async #register(): Promise<void> {
    const { callbacks } = this.#runtime;
    await this.#registerEvent(EVENT_IDS.lifecycle, callbacks.lifecycle);
    await this.#registerEvent(EVENT_IDS.reboot, callbacks.reboot);
    await this.#registerEvent(EVENT_IDS.ioErrorReason, callbacks.ioError);
    await tolerated(() => this.#registerMonitorShutdown());
    await tolerated(() => this.#registerClose());
  }

  async #registerEvent(event: number, callback: CallbackAddress): Promise<void> {
    const { library } = this.#runtime;
    const id = await this.#call('virConnectDomainEventRegisterAny', () =>
      library.virConnectDomainEventRegisterAny.blocking(
        this.#connection,
        null,
        event,
        callback,
        this.#key,
        null,
      ),
    );
    this.#undo.push(() => library.virConnectDomainEventDeregisterAny.blocking(this.#connection, id));
  }

  async #registerMonitorShutdown(): Promise<void> {
    const { qemu, callbacks } = this.#runtime;
    if (qemu === undefined) return;
    const id = await this.#call('virConnectDomainQemuMonitorEventRegister', () =>
      qemu.virConnectDomainQemuMonitorEventRegister.blocking(
        this.#connection,
        null,
        'SHUTDOWN',
        callbacks.monitorShutdown,
        this.#key,
        null,
        0,
      ),
    );
    this.#undo.push(() => qemu.virConnectDomainQemuMonitorEventDeregister.blocking(this.#connection, id));
  }

  async #registerClose(): Promise<void> {
    const { library, callbacks } = this.#runtime;
    await this.#call('virConnectRegisterCloseCallback', () =>
      library.virConnectRegisterCloseCallback.blocking(
        this.#connection,
        callbacks.connectionClosed,
        this.#key,
        null,
      ),
    );
    this.#undo.push(() =>
      library.virConnectUnregisterCloseCallback.blocking(this.#connection, callbacks.connectionClosed),
    );
  }
}

/** Some drivers (`test:///default`) have no monitor and no connection that could break. */
async function tolerated(register: () => Promise<void>): Promise<void> {
  try {
    await register();
  } catch (error) {
    if (!hasCode(error, LIBVIRT_ERRORS.noSupport)) throw error;
  }
}
