import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { KilnError } from '../foundation/errors.ts';
import { endWithout } from '../http-server/answer-request.ts';
import { bracketed, listenOn } from '../http-server/listen-on.ts';
import { LibvirtError } from '../libvirt/libvirt-error.ts';
import { liveChannels, refuseUpgrade } from './live-channels.ts';
import { createPageAccess, type PageAccess } from './page-access.ts';
import { setEvidenceHeaders, setPageHeaders } from './page-headers.ts';
import type { PageHost } from './page-host.ts';
import type { ErrorAnswer } from './page-messages.ts';
import { pageRequests } from './page-requests.ts';

export type PageServer = {
  readonly host: string;
  readonly port: number;
  /** Opens the page; it holds the token, so it is for its user alone. */
  readonly url: string;
  /** Ends all connections and resolves when everything is closed. */
  close(): Promise<void>;
};

/**
 * The page about builds: HTTP for what is asked once, WebSockets for what goes on.
 * @param port 0 takes a free one
 * @throws HostError `host.cannot-listen`
 */
export async function startPageServer(
  host: PageHost,
  { listen, port }: { readonly listen: string; readonly port: number },
): Promise<PageServer> {
  const access = createPageAccess(listen);
  const stopping = new AbortController();
  const channels = liveChannels(host);
  const answer = pageRequests(host, stopping.signal);
  const server = createServer((message, response) => {
    answerOne({ access, answer }, message, response).catch((error: unknown) => {
      host.logger.debug(`answering ${message.method} failed: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else answerError(response, error);
    });
  });
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admission = access.admit(message);
    if (admission.kind === 'refused') return refuseUpgrade(socket, admission.status);
    if (admission.kind !== 'inside') return refuseUpgrade(socket, 404);
    if (!access.isFromPage(message)) return refuseUpgrade(socket, 403);
    channels.open(message, socket, head, admission.path, admission.query);
  });
  const listening = await listenOn(server, listen, port).catch(async (error: unknown) => {
    await channels.close();
    throw error;
  });
  return {
    host: listen,
    port: listening,
    url: `http://${bracketed(listen)}:${listening}/?token=${access.token}`,
    close: async () => {
      stopping.abort();
      const closed = new Promise<void>((settle) => server.close(() => settle()));
      await channels.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Answering = { readonly access: PageAccess; readonly answer: ReturnType<typeof pageRequests> };

async function answerOne(
  { access, answer }: Answering,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const admission = access.admit(message);
  if (admission.kind === 'refused') return answerText(response, admission.status, admission.why);
  const isReading = message.method === 'GET' || message.method === 'HEAD';
  if (admission.kind === 'greeted') return isReading ? greet(response, access) : refuseMethod(response);
  if (!isReading && !access.isFromPage(message)) {
    return answerText(response, 403, 'Only the page itself may change anything.');
  }
  const { path, query } = admission;
  await answer({ message, response, path, query });
}

/**
 * Sends the browser on by a page instead of a redirect: a browser that was led here by a file or another program would not send a
 * SameSite=Strict cookie with the redirected request.
 */
function greet(response: ServerResponse, { base, cookie }: PageAccess): void {
  setPageHeaders(response);
  response.setHeader('Set-Cookie', cookie);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(
    `<!doctype html><title>Kiln</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0; url=${base}"><p><a href="${base}">Builds</a></p>\n`,
  );
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader('Allow', 'GET, HEAD');
  answerText(response, 405, 'This address is opened, and nothing is sent to it.');
}

function answerText(response: ServerResponse, status: number, text: string): void {
  setEvidenceHeaders(response);
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}

const STATUS_OF: Readonly<Record<string, number>> = {
  'builds.not-found': 404,
  'builds.ambiguous': 404,
  'builds.no-guest': 404,
  'builds.no-log': 404,
};

function answerError(response: ServerResponse, error: unknown): void {
  if (!(error instanceof KilnError || error instanceof LibvirtError)) {
    endWithout(response, 500);
    return;
  }
  const code = error instanceof KilnError ? error.code : 'host.libvirt-unreachable';
  response.statusCode = STATUS_OF[code] ?? 409;
  setEvidenceHeaders(response);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ code, message: error.message } satisfies ErrorAnswer));
}
