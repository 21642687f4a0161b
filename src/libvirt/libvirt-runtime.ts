import type { OmitEach } from '../foundation/omit-each.ts';
import { EventLoop } from './event-loop.ts';
import type { DomainEvent } from './libvirt.ts';
import { LibvirtError, type NativeFailure } from './libvirt-error.ts';
import { type LibvirtLibrary, loadLibvirt, loadLibvirtQemu, type QemuLibrary } from './libvirt-library.ts';
import {
  type CallbackAddress,
  type ConnectionHandle,
  type DomainHandle,
  permanentCallback,
} from './native.ts';
import {
  toConnectionClosedEvent,
  toIoErrorEvent,
  toLifecycleEvent,
  toMonitorShutdownEvent,
} from './native-events.ts';
import { decodeFailure } from './native-failure.ts';

/** An event without the time of its arrival. */
export type UntimedEvent = OmitEach<DomainEvent, 'at'>;

/** Receives one connection's events; `uuid` is undefined for what concerns the connection itself. */
export type EventSink = (uuid: string | undefined, event: UntimedEvent) => void;

export type NativeCallbacks = {
  readonly lifecycle: CallbackAddress;
  readonly reboot: CallbackAddress;
  readonly ioError: CallbackAddress;
  readonly monitorShutdown: CallbackAddress;
  readonly connectionClosed: CallbackAddress;
};

/**
 * What libvirt allows once per process: the library, its event loop, and our callbacks. The callbacks are never taken
 * back, since a worker thread may be about to call one; they find their connection by the number that libvirt hands
 * through as `opaque`.
 */
export type LibvirtRuntime = {
  readonly library: LibvirtLibrary;
  readonly qemu: QemuLibrary | undefined;
  readonly eventLoop: EventLoop;
  readonly callbacks: NativeCallbacks;
  /** Makes a key to give to libvirt as `opaque` and to forget at the connection's end. */
  addSink(sink: EventSink): bigint;
  removeSink(key: bigint): void;
  /** virConnectOpen. @throws LibvirtError */
  open(uri: string): Promise<ConnectionHandle>;
};

let shared: LibvirtRuntime | undefined;

/** The one runtime of this process, made on first use: libvirt itself keeps its event loop per process. */
export function libvirtRuntime(): LibvirtRuntime {
  shared ??= createRuntime();
  return shared;
}

function createRuntime(): LibvirtRuntime {
  const library = loadLibvirt();
  library.virSetErrorFunc(null, library.doNothing); // otherwise libvirt prints every error to stderr
  const eventLoop = new EventLoop(library);
  const sinks = new Map<bigint, EventSink>();
  let nextKey = 1n;
  return {
    library,
    qemu: loadLibvirtQemu(),
    eventLoop,
    callbacks: createCallbacks(library, sinks),
    addSink: (sink) => {
      const key = nextKey;
      nextKey += 1n;
      sinks.set(key, sink);
      return key;
    },
    removeSink: (key) => {
      sinks.delete(key);
    },
    open: createOpen(library),
  };
}

/**
 * A failed open leaves its error on a worker thread, out of reach, and has no connection to keep it; only the process's
 * error handler sees it. So opens go one by one, each with that handler set. Other connections do not use it: they
 * have their own (connect-libvirt.ts).
 */
function createOpen(library: LibvirtLibrary): LibvirtRuntime['open'] {
  let failure: NativeFailure | undefined;
  const remember = permanentCallback(
    'void KilnOpenError(void *opaque, void *error)',
    (_opaque: bigint | null, error: bigint | null) => {
      if (error !== null) failure = decodeFailure(error);
    },
  );
  const open = async (uri: string): Promise<ConnectionHandle> => {
    failure = undefined;
    library.virSetErrorFunc(null, remember);
    try {
      const connection = await library.virConnectOpen.blocking(uri);
      if (connection === null) {
        throw new LibvirtError(
          'virConnectOpen',
          failure ?? { code: 0, domain: 0, message: 'no message from libvirt' },
        );
      }
      return connection;
    } finally {
      library.virSetErrorFunc(null, library.doNothing);
    }
  };
  let queue: Promise<unknown> = Promise.resolve();
  return (uri) => {
    const result = queue.then(() => open(uri));
    queue = result.catch(() => {});
    return result;
  };
}

const UUID_BUFFER_BYTES = 37;

export function uuidOf(library: LibvirtLibrary, domain: DomainHandle): string {
  return uuidText((text) => library.virDomainGetUUIDString(domain, text));
}

/** What one of libvirt's …GetUUIDString functions writes. */
export function uuidText(write: (text: Uint8Array) => unknown): string {
  const text = new Uint8Array(UUID_BUFFER_BYTES);
  write(text);
  return Buffer.from(text.subarray(0, UUID_BUFFER_BYTES - 1)).toString('latin1');
}

type Opaque = bigint | null;

function createCallbacks(library: LibvirtLibrary, sinks: ReadonlyMap<bigint, EventSink>): NativeCallbacks {
  const emit = (opaque: Opaque, domain: DomainHandle | null, event: UntimedEvent | undefined): void => {
    const sink = opaque === null ? undefined : sinks.get(opaque);
    if (sink && event) sink(domain === null ? undefined : uuidOf(library, domain), event);
  };
  type Domain = DomainHandle;
  type Text = string | null;
  return {
    lifecycle: permanentCallback(
      'int KilnLifecycle(void *c, void *d, int event, int detail, void *opaque)',
      (_c: bigint, domain: Domain, event: number, detail: number, opaque: Opaque) =>
        emit(opaque, domain, toLifecycleEvent(event, detail)),
    ),
    reboot: permanentCallback(
      'void KilnReboot(void *c, void *d, void *opaque)',
      (_c: bigint, domain: Domain, opaque: Opaque) => emit(opaque, domain, { kind: 'reboot' }),
    ),
    ioError: permanentCallback(
      'void KilnIoError(void *c, void *d, str path, str device, int action, str reason, void *opaque)',
      (_c: bigint, domain: Domain, path: Text, device: Text, _action: number, reason: Text, opaque: Opaque) =>
        emit(opaque, domain, toIoErrorEvent(path, device, reason)),
    ),
    monitorShutdown: permanentCallback(
      'void KilnMonitor(void *c, void *d, str event, longlong seconds, uint micros, str details, void *opaque)',
      (_c: bigint, domain: Domain, _event: Text, _s: number, _us: number, details: Text, opaque: Opaque) =>
        emit(opaque, domain, toMonitorShutdownEvent(details)),
    ),
    connectionClosed: permanentCallback(
      'void KilnClosed(void *c, int reason, void *opaque)',
      (_c: bigint, reason: number, opaque: Opaque) => emit(opaque, null, toConnectionClosedEvent(reason)),
    ),
  };
}
