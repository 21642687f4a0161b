import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Logger, silentLogger } from '../foundation/logger.ts';
import type { AccessEvent, AccessListener, AccessRequest } from './access-event.ts';
import { answerRequest, endWithout } from './answer-request.ts';
import { bracketed, listenOn } from './listen-on.ts';
import { parseTarget } from './request-target.ts';
import type { ServedContent } from './served-content.ts';
import { type PostListener, takePost } from './take-post.ts';

export type HttpServerOptions = {
  readonly content: ServedContent;
  /** Address to listen on; 127.0.0.1 when left out. Guests on QEMU's user networking reach that as 10.0.2.2. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** `true`: all paths lie below an unguessable part, for content that not every user of the host may read. */
  readonly token?: boolean;
  readonly onAccess?: AccessListener;
  /** Takes what clients post; without it POST is refused. */
  readonly onPost?: PostListener;
  readonly logger?: Logger;
};

export type HttpServer = {
  readonly host: string;
  readonly port: number;
  /** Where the content begins, with a slash at its end: `http://127.0.0.1:40123/`. */
  readonly url: string;
  /** The same as guests on QEMU's user networking see it. */
  readonly guestUrl: string;
  /** Stops listening, cuts running answers, and resolves when all is closed. Harmless when repeated. */
  close(): Promise<void>;
};

/** The host, seen from a guest behind `-netdev user` (qemu(1)). */
export const GUEST_VIEW_OF_HOST = '10.0.2.2';

const PROGRESS_EVERY_MS = 1000;

/**
 * Kiln's one web server: GET and HEAD of files, POST where somebody listens, to loopback unless told otherwise, with ranges, correct lengths and an access log of typed
 * events. A request for anything but what `content` has is a 404.
 * @throws HostError `host.cannot-listen`
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  const base = options.token ? `/${randomBytes(16).toString('hex')}/` : '/';
  const answer = answerer(options, base);
  const server = createServer((request, response) => void answer(request, response));
  // An iPXE or an installer that waits for its user may keep a connection; a client that sends half a request may not.
  server.keepAliveTimeout = 30_000;
  server.headersTimeout = 20_000;
  const listening = await listenOn(server, host, port);
  const urlFrom = (name: string): string => `http://${bracketed(name)}:${listening}${base}`;
  let closing: Promise<void> | undefined;
  return {
    host,
    port: listening,
    url: urlFrom(host),
    guestUrl: urlFrom(GUEST_VIEW_OF_HOST),
    close: () => {
      closing ??= new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function answerer(options: HttpServerOptions, base: string) {
  let requests = 0;
  const { logger = silentLogger, onAccess = () => {} } = options;
  return async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const target = parseTarget(message.url ?? '', base);
    const request = requestOf(message, requests, target.kind === 'inside' ? target : undefined, base);
    const log = accessLog(request, response, onAccess);
    try {
      if (target.kind === 'bad') endWithout(response, 400);
      else if (message.method === 'POST' && options.onPost !== undefined && target.kind === 'inside') {
        await takePost(message, response, { path: target.path, onPost: options.onPost });
      } else if (!['GET', 'HEAD'].includes(message.method ?? '')) {
        response.setHeader('Allow', 'GET, HEAD');
        endWithout(response, 405);
      } else if (target.kind === 'outside') endWithout(response, 404);
      else await answerFrom(options.content, { message, response, request, onSent: log.sent });
    } catch (error) {
      // The client went away, or the file changed under our hands: the length is not what was promised, so the connection ends.
      logger.debug(`answering ${request.method} ${request.path} failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else endWithout(response, 500);
    }
  };
}

type Answering = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly request: AccessRequest;
  readonly onSent: (sentBytes: number, totalBytes: number) => void;
};

async function answerFrom(content: ServedContent, answering: Answering): Promise<void> {
  const { message, response, request, onSent } = answering;
  const { path, query, client } = request;
  const served = await content({ path, query: new URLSearchParams(query), client });
  if (served === undefined) return endWithout(response, 404);
  try {
    await answerRequest(message, response, { served, path, onSent });
  } finally {
    if (served.kind === 'file') await served.handle.close();
  }
}

function requestOf(
  message: IncomingMessage,
  id: number,
  inside: { readonly path: string; readonly query: string | undefined } | undefined,
  base: string,
): AccessRequest {
  const userAgent = message.headers['user-agent'];
  const path = inside?.path ?? (base === '/' ? (message.url ?? '').replace(/^\//, '') : '(hidden)');
  return {
    id,
    client: message.socket.remoteAddress ?? '',
    method: message.method ?? '',
    path,
    ...(inside?.query === undefined ? {} : { query: inside.query }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

/** Tells of the request now, of long answers while they go, and of the end when the connection knows it. */
function accessLog(request: AccessRequest, response: ServerResponse, onAccess: AccessListener) {
  const startedAt = Date.now();
  let [sentBytes, totalBytes, toldAt] = [0, 0, startedAt];
  const tell = (rest: object): void => onAccess({ ...request, at: Date.now(), ...rest } as AccessEvent);
  tell({ type: 'request' });
  response.once('close', () => {
    const complete = response.writableFinished && sentBytes === totalBytes;
    const status = response.statusCode;
    const milliseconds = Date.now() - startedAt;
    tell({ type: 'response', status, sentBytes, totalBytes, complete, milliseconds });
  });
  return {
    sent(sent: number, total: number): void {
      [sentBytes, totalBytes] = [sent, total];
      if (sent === total || Date.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = Date.now();
      tell({ type: 'progress', sentBytes, totalBytes });
    },
  };
}
