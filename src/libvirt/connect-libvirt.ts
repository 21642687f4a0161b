import type { Logger } from '../foundation/logger.ts';
import { DomainCalls } from './domain-calls.ts';
import { EventSubscriptions } from './event-subscriptions.ts';
import { hostCalls } from './host-calls.ts';
import type { LibvirtConnection } from './libvirt.ts';
import { LIBVIRT_ERRORS, LibvirtError, libvirtLost } from './libvirt-error.ts';
import { libvirtRuntime } from './libvirt-runtime.ts';
import type { ConnectionHandle } from './native.ts';
import { lastFailure } from './native-failure.ts';
import { StorageCalls } from './storage-calls.ts';

/**
 * Opens a connection over libvirt.so.0. The URI goes to libvirt as it is: `qemu:///session`, `qemu:///system`,
 * `qemu+ssh://host/system`, `test:///default`.
 * @throws HostError `host.libvirt-missing`; LibvirtError when libvirt cannot connect. Later any call throws HostError `host.libvirt-lost`
 *   when the daemon is gone.
 */
export async function connectLibvirt(
  uri: string,
  options: { readonly logger?: Logger } = {},
): Promise<LibvirtConnection> {
  const runtime = libvirtRuntime();
  const { library, eventLoop } = runtime;
  options.logger?.debug(`libvirt: connecting to ${uri}`);
  eventLoop.acquire();
  let handle: ConnectionHandle;
  try {
    handle = await runtime.open(uri);
  } catch (error) {
    eventLoop.release();
    throw error;
  }
  library.virConnSetErrorFunc(handle, null, library.doNothing);

  const turns = createTurns();
  const call = <Result>(name: string, attempt: () => Promise<Result>): Promise<NonNullable<Result>> =>
    turns.take(name, async () => {
      const result = await attempt();
      const failed = result === null || result === undefined || (typeof result === 'number' && result < 0);
      if (failed) {
        const error = new LibvirtError(name, lastFailure(library, handle));
        throw library.virConnectIsAlive(handle) === 0 ? libvirtLost(uri, error.message, error) : error;
      }
      return result;
    });
  const events = new EventSubscriptions(runtime, handle, call);
  const close = async (): Promise<void> => {
    await turns.end();
    await events.close();
    await library.virConnectClose.blocking(handle);
    eventLoop.release();
    options.logger?.debug(`libvirt: closed ${uri}`);
  };
  let closing: Promise<void> | undefined;
  return Object.assign(new DomainCalls(uri, library, handle, call), {
    ...hostCalls(library, handle, call),
    storage: new StorageCalls(library, handle, call),
    subscribe: (uuid: string) => events.subscribe(uuid),
    close: () => {
      closing ??= close();
      return closing;
    },
  });
}

/**
 * One call at a time: libvirt keeps a connection's last error on the connection, so a second call could replace it
 * before we have read it. None of the calls is slow (the slowest, starting a domain, takes some tenths of a second).
 */
function createTurns() {
  let queue: Promise<unknown> = Promise.resolve();
  let ended = false;
  return {
    take: <Result>(name: string, turn: () => Promise<Result>): Promise<Result> => {
      if (ended) {
        const message = 'the connection to libvirt is closed';
        return Promise.reject(
          new LibvirtError(name, { code: LIBVIRT_ERRORS.invalidConnection, domain: 0, message }),
        );
      }
      const result = queue.then(turn);
      queue = result.catch(() => {});
      return result;
    },
    /** Lets the calls under way finish and refuses new ones. */
    end: async (): Promise<void> => {
      ended = true;
      await queue;
    },
  };
}
