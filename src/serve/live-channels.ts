import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { buildDirectory } from '../build/build-directory.ts';
import { type BuildRecord, findBuild, isDamaged } from '../build/build-records.ts';
import { eventLogPath } from '../build/event-log.ts';
import { followEvents } from '../build/follow-events.ts';
import { KilnError } from '../foundation/errors.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import { createBuildList, tellBuilds } from './build-list.ts';
import { showConsole } from './console-channel.ts';
import { type LiveSocket, liveSocket } from './live-socket.ts';
import type { PageHost } from './page-host.ts';
import type { EventsMessage } from './page-messages.ts';
import { showScreen } from './screen-channel.ts';

export type LiveChannels = {
  /** Takes over the connection of a request that was let in. */
  open(message: IncomingMessage, socket: Duplex, head: Buffer, path: string, query: URLSearchParams): void;
  /** Ends all of them, and resolves when their work has ended. */
  close(): Promise<void>;
};

/** Larger than anything the page sends: keys, pasted text, what noVNC says. */
const LONGEST_MESSAGE = 64 * 1024;
const MOST_CHANNELS = 200;
/** A browser that does not answer twice in a row is gone. */
const PING_MS = 20_000;
/** Of ours, RFC 6455 7.4.2: what was asked for is not there now. The reason says why. */
const NOT_THERE = 4404;

export function liveChannels(host: PageHost): LiveChannels {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST_MESSAGE,
    perMessageDeflate: false,
  });
  const list = createBuildList(host.stateDir);
  const running = new Set<Promise<void>>();
  const run = async (socket: WebSocket, path: string, query: URLSearchParams): Promise<void> => {
    const live = liveSocket(socket, (error) => host.logger.debug(`live ${path}: ${String(error)}`));
    try {
      await runChannel(live, { path, query, host, list });
      live.close(1000, '');
    } catch (error) {
      const known = error instanceof KilnError || error instanceof LibvirtError;
      host.logger.debug(`live ${path} ended: ${String(error)}`);
      live.close(known ? NOT_THERE : 1011, known ? error.message : 'internal error');
    }
  };
  const silent = new WeakSet<WebSocket>();
  const ping = (client: WebSocket): void => {
    if (silent.has(client)) client.terminate();
    else client.ping();
    silent.add(client);
  };
  const pinging = setInterval(() => server.clients.forEach(ping), PING_MS);
  return {
    open: (message, socket, head, path, query) => {
      if (server.clients.size >= MOST_CHANNELS) return refuseUpgrade(socket, 503);
      server.handleUpgrade(message, socket, head, (opened) => {
        opened.on('pong', () => silent.delete(opened));
        const work = run(opened, path, query);
        running.add(work);
        void work.finally(() => running.delete(work));
      });
    },
    close: async () => {
      clearInterval(pinging);
      for (const client of server.clients) client.terminate();
      await Promise.all(running);
    },
  };
}

/** What is not wanted as a WebSocket gets an HTTP answer without a body. */
export function refuseUpgrade(socket: Duplex, status: 400 | 401 | 403 | 404 | 503): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

type Asked = {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly host: PageHost;
  readonly list: ReturnType<typeof createBuildList>;
};

async function runChannel(live: LiveSocket, { path, query, host, list }: Asked): Promise<void> {
  if (path === 'live/builds') {
    live.onMessage(ignored);
    return tellBuilds(list, live);
  }
  const [, id = '', channel = ''] = /^live\/([^/]+)\/([a-z]+)$/.exec(path) ?? [];
  const build = await findBuild(host.stateDir, id);
  const openGuest = () => host.openGuest(build.id);
  if (channel === 'events') return tellEvents(live, build, host);
  if (channel === 'console' && !isDamaged(build)) {
    const { serialLog, bootCheckLog } = buildDirectory(build.directory, build.id);
    const log = query.get('of') === 'boot-check' ? bootCheckLog : serialLog;
    return showConsole({ live, log, openGuest });
  }
  if (channel === 'screen') return showScreen(live, openGuest);
  live.close(NOT_THERE, 'no such channel');
}

/** What a page says where there is nothing to say. */
const ignored = (): Promise<void> => Promise.resolve();

async function tellEvents(live: LiveSocket, { id }: BuildRecord, { stateDir }: PageHost): Promise<void> {
  live.onMessage(ignored);
  const status = async (): Promise<BuildRecord['status']> => (await findBuild(stateDir, id)).status;
  const path = eventLogPath(stateDir, id);
  for await (const event of followEvents({ path, status, signal: live.signal })) await live.tell(event);
  await live.tell({ type: 'no-more-events', at: Date.now() } satisfies EventsMessage);
}
