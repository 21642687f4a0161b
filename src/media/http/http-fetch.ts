import { MediaError } from '../../foundation/errors.ts';
import { publicUrl, withoutLogin } from '../../foundation/public-url.ts';
import { Interrupted } from '../retry.ts';
import { basicLogin } from './basic-login.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
/** As many as the Fetch standard allows. */
const MOST_REDIRECTS = 20;

/**
 * fetch() that takes URLs with user name and password, which Node's refuses: they are sent to the URL's own origin and, when it
 * redirects, to no other one.
 * @throws Interrupted, or MediaError `media.download` for what another try would not change
 */
export async function httpFetch(
  send: typeof fetch,
  url: string,
  init: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> {
  const start = new URL(url);
  const login = basicLogin(start);
  let at = start;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const headers = new Headers(init.headers);
    if (login !== undefined && at.origin === start.origin) headers.set('Authorization', login);
    const response = await sendOnce(send, at, { ...init, headers, redirect: 'manual' }, url);
    const location = REDIRECTS.includes(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    at = redirected(at, location, url);
  }
  throw hopeless(url, `the server redirects more than ${MOST_REDIRECTS} times`);
}

async function sendOnce(send: typeof fetch, at: URL, init: RequestInit, url: string): Promise<Response> {
  try {
    return await send(withoutLogin(at), init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    // Connections break with a system's, undici's or TLS's code; a request that fetch() refuses to send has none.
    if (!hasCode(reason(cause))) throw hopeless(url, reasonOf(cause), cause);
    throw new Interrupted(reasonOf(cause), { cause });
  }
}

function redirected(from: URL, location: string, url: string): URL {
  if (!URL.canParse(location, from.href)) throw hopeless(url, 'the server redirects to a malformed address');
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw hopeless(
      url,
      `the server redirects to ${to.protocol}, and redirects may lead to http and https only`,
    );
  return to;
}

function hopeless(url: string, why: string, cause?: unknown): MediaError {
  return new MediaError(
    'media.download',
    `${publicUrl(url)} cannot be fetched: ${why}. Check the address.`,
    cause === undefined ? {} : { cause },
  );
}

/** What happened, by the codes of Node's client and undici's, which speak of their own insides. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the server closed the connection before its answer was complete',
  UND_ERR_SOCKET: 'the server closed the connection before its answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the server sent more or less than it said it would',
  HPE_HEADER_OVERFLOW: "the head of the server's answer is too long",
};

/** fetch() says "fetch failed" and keeps what happened in the cause. */
export function reasonOf(error: unknown): string {
  const cause = reason(error);
  const code = hasCode(cause) ? String((cause as NodeJS.ErrnoException).code) : '';
  if (REASONS[code] !== undefined) return REASONS[code];
  if (code.startsWith('HPE_')) return `the server's answer is not HTTP (${(cause as Error).message})`;
  return cause instanceof Error
    ? cause.message || String((cause as NodeJS.ErrnoException).code)
    : String(cause);
}

function reason(error: unknown): unknown {
  return error instanceof Error ? (error.cause ?? error) : error;
}

function hasCode(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}
