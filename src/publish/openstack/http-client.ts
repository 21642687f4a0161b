import type { Readable } from 'node:stream';
import { type Dispatcher, EnvHttpProxyAgent, errors } from 'undici';
import { networkError } from './network-error.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type HttpRequest = {
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A piece of an iterable is left alone once the next one is asked for. */
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** How long the server may take to begin its answer once it has the whole request; default the connection's. */
  readonly answerWithinMs?: number;
};

export type HttpResponse = {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** One exchange: no redirect is followed, nothing is tried again. @throws PublishError `publish.network`, `publish.tls` */
export type HttpClient = {
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
};

export type ConnectionSettings = {
  /** PEM texts; they replace the system's certificates. */
  readonly ca?: string;
  /** For TLS with a client certificate. */
  readonly cert?: string;
  readonly key?: string;
  /** false only where the user said so. */
  readonly verify: boolean;
  /** As http_proxy, https_proxy and no_proxy name them. */
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly none?: string };
  /** How long the server may take for an answer, and once more from its first byte to its last; default two minutes. */
  readonly answerWithinMs?: number | undefined;
};

const CONNECT_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 120_000;
/** Answers of the services are JSON of a few kilobytes; a page without end must not fill the memory. */
const LONGEST_ANSWER = 16 * 2 ** 20;

/** HTTP by undici: streams a body with back pressure, goes through proxies, and lets one say which certificates count. */
export function httpClient(settings: ConnectionSettings): HttpClient {
  const { ca, cert, key, verify, proxy } = settings;
  const tls = {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  // Empty texts rather than nothing: undici would look into the environment by itself.
  const agent = new EnvHttpProxyAgent({
    httpProxy: proxy?.http ?? '',
    httpsProxy: proxy?.https ?? '',
    noProxy: proxy?.none ?? '',
    connect: { ...tls, timeout: CONNECT_WITHIN_MS },
    requestTls: tls,
    proxyTls: tls,
  });
  const within = settings.answerWithinMs ?? ANSWER_WITHIN_MS;
  const proxies = [proxy?.http, proxy?.https].flatMap((address) => (address ? [address] : []));
  const failed = (request: HttpRequest, cause: unknown) => networkError(request, cause, proxies);
  return { send: (request) => send(agent, request, within, failed), close: () => agent.destroy() };
}

async function send(
  agent: Dispatcher,
  request: HttpRequest,
  within: number,
  failed: (request: HttpRequest, cause: unknown) => Error,
): Promise<HttpResponse> {
  const { method, body, signal } = request;
  const url = new URL(request.url);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { accept: 'application/json', 'user-agent': 'kiln', ...request.headers },
      headersTimeout: request.answerWithinMs ?? within,
      bodyTimeout: within,
      ...(body === undefined ? {} : { body: body as string }), // undici's types do not know the iterables that it takes
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await textOf(answer.body, within);
    return { status: answer.statusCode, headers: joined(answer.headers), text };
  } catch (cause) {
    signal?.throwIfAborted();
    throw failed(request, cause);
  }
}

/**
 * undici's own limit begins anew with every byte, so that an answer that trickles would never end. Nothing is awaited between two parts: where
 * a body rests while the server closes, undici ends the process (nodejs/undici#5360).
 */
async function textOf(body: Readable, within: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => body.destroy(new errors.BodyTimeoutError()), within);
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > LONGEST_ANSWER) throw new Error(`the answer is longer than ${LONGEST_ANSWER} bytes`);
      parts.push(part);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function joined(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(pairs);
}
