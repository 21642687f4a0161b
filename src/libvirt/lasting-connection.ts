import { type Clock, systemClock } from '../foundation/clock.ts';
import type { HostError } from '../foundation/errors.ts';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import type { ConnectionClosedEvent, EventSubscription, LibvirtConnection } from './libvirt.ts';
import { isLibvirtLost, LibvirtError, libvirtLost } from './libvirt-error.ts';
import type { LibvirtStorage } from './storage.ts';

export type LastingOptions = {
  /** Connects to the same libvirt again. */
  readonly connect: () => Promise<LibvirtConnection>;
  /** A daemon that does not answer now may do so soon: somebody starts it anew. */
  readonly mayComeBack: boolean;
  /** Aborted when nobody wants to wait for it any more. */
  readonly until: AbortSignal;
  readonly clock?: Clock;
  readonly logger?: Logger;
};

const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;

/** Made a second time, these would fail where the first one got through before the connection broke. */
const ONCE: ReadonlySet<keyof LibvirtConnection | keyof LibvirtStorage> = new Set([
  ...(['createXml', 'start', 'shutdown', 'reboot'] as const),
  ...(['definePool', 'buildPool', 'startPool', 'stopPool', 'undefinePool'] as const),
  ...(['createVolume', 'cloneVolume', 'uploadVolume', 'downloadVolume'] as const),
]);

/**
 * A connection that is made anew when it breaks, with its subscriptions: libvirtd drops a client that does not answer for half a minute,
 * such as a Kiln that was suspended, and the guest runs on meanwhile. Events of that time are lost, so whoever subscribes asks for the
 * domain's state from time to time.
 *
 * Its calls throw HostError `host.libvirt-lost` once it could not be made anew.
 */
export function lastingConnection(first: LibvirtConnection, options: LastingOptions): LibvirtConnection {
  const line = new Line(first, options);
  const storage = forwarding<LibvirtStorage>(first.storage, line, (connection) => connection.storage);
  const own: Partial<LibvirtConnection> = {
    storage,
    subscribe: (uuid) => line.subscribe(uuid),
    close: () => line.close(),
  };
  return forwarding<LibvirtConnection>(first, line, (connection) => connection, own);
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Looks like `sample`; each call goes to the same part of the connection that there is by then. */
function forwarding<Part extends object>(
  sample: Part,
  line: Line,
  partOf: (connection: LibvirtConnection) => Part,
  own: Partial<Part> = {},
): Part {
  const call =
    (name: string) =>
    (...args: readonly unknown[]): Promise<unknown> => {
      const attempt = (connection: LibvirtConnection): Promise<unknown> => {
        const part = partOf(connection);
        return (part[name as keyof Part] as Method).call(part, ...args); // as looked up on the sample
      };
      return (ONCE as ReadonlySet<string>).has(name) ? line.once(attempt) : line.use(attempt);
    };
  return new Proxy(sample, {
    get: (_, name) => {
      const value = own[name as keyof Part] ?? sample[name as keyof Part];
      return typeof value === 'function' && !(name in own) ? call(String(name)) : value;
    },
  });
}

/** One of the connections that follow each other, or one that is being made. */
type Link = { readonly connection: Promise<LibvirtConnection> };

class Line {
  readonly #uri: string;
  readonly #options: LastingOptions;
  /** Dead ones too: who still calls them is to be told that they are lost, not that they are closed. */
  readonly #made: LibvirtConnection[];
  #link: Link;

  constructor(first: LibvirtConnection, options: LastingOptions) {
    this.#uri = first.uri;
    this.#options = options;
    this.#made = [first];
    this.#link = { connection: Promise.resolve(first) };
  }

  async use<Result>(attempt: (connection: LibvirtConnection) => Promise<Result>): Promise<Result> {
    const link = this.#link;
    const connection = await link.connection;
    try {
      return await attempt(connection);
    } catch (error) {
      if (!isLibvirtLost(error)) throw error;
      return attempt(await this.#renew(link, error));
    }
  }

  async once<Result>(attempt: (connection: LibvirtConnection) => Promise<Result>): Promise<Result> {
    return attempt(await (await this.#alive()).connection);
  }

  async subscribe(uuid: string): Promise<EventSubscription> {
    let source = await this.#source(uuid);
    let isOver = false;
    const stream = createEventStream(() => {
      isOver = true;
      source.events.close();
    });
    const follow = async (): Promise<void> => {
      for (;;) {
        const closed = await passOn(source.events, stream);
        if (closed === undefined || isOver) return stream.close();
        try {
          await this.#renew(source.link, libvirtLost(this.#uri, closed.reason));
          source = await this.#source(uuid);
        } catch (error) {
          return stream.push({ ...closed, reason: reasonOf(error), at: Date.now() });
        }
        if (isOver) source.events.close();
      }
    };
    void follow();
    return stream;
  }

  async close(): Promise<void> {
    await this.#link.connection.catch(() => undefined);
    for (const connection of this.#made.splice(0)) await connection.close();
  }

  async #source(uuid: string): Promise<{ readonly link: Link; readonly events: EventSubscription }> {
    const link = await this.#alive();
    return { link, events: await (await link.connection).subscribe(uuid) };
  }

  /** That a connection is dead is known only after asking something. */
  async #alive(): Promise<Link> {
    await this.use((connection) => connection.libvirtVersion());
    return this.#link;
  }

  /** Of several that find it dead the first one makes it anew. */
  #renew(dead: Link, lost: HostError): Promise<LibvirtConnection> {
    if (this.#link === dead) {
      this.#link = { connection: this.#connectAgain(reasonOf(lost)) };
      this.#link.connection.catch(() => undefined);
    }
    return this.#link.connection;
  }

  async #connectAgain(reason: string): Promise<LibvirtConnection> {
    const { connect, mayComeBack, until, clock = systemClock, logger = silentLogger } = this.#options;
    logger.info(`libvirt: the connection was lost (${reason}); connecting again`);
    const deadline = clock.monotonic() + PATIENCE_MS;
    for (;;) {
      try {
        const connection = await connect();
        this.#made.push(connection);
        return connection;
      } catch (error) {
        if (!(error instanceof LibvirtError)) throw error;
        if (!mayComeBack || until.aborted || clock.monotonic() >= deadline)
          throw libvirtLost(this.#uri, `${reason}; connecting again: ${error.message}`, error);
      }
      await clock.sleep(PAUSE_MS, until).catch(() => undefined);
    }
  }
}

/** @returns what ended the connection; undefined when the subscription was closed */
async function passOn(
  events: EventSubscription,
  stream: EventStream,
): Promise<ConnectionClosedEvent | undefined> {
  for await (const event of events) {
    if (event.kind === 'connection-closed') return event;
    stream.push(event);
  }
  return undefined;
}

const reasonOf = (error: unknown): string =>
  isLibvirtLost(error) ? String(error.details?.reason) : String(error);
