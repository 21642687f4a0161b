import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { parseTarget } from '../http-server/request-target.ts';

/** What a request may have. */
export type Admission =
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 403 | 404; readonly why: string }
  /** It knows the token; it gets the cookie and is sent on to `base`. */
  | { readonly kind: 'greeted' }
  /** `path` below `base`, decoded. */
  | { readonly kind: 'inside'; readonly path: string; readonly query: URLSearchParams };

export type PageAccess = {
  /** For the printed URL alone: `/?token=…`. */
  readonly token: string;
  /** The page's path. Unguessable too: a browser sends the cookie to no other server on this host, whatever its port (RFC 6265, 8.5). */
  readonly base: string;
  readonly cookie: string;
  admit(message: IncomingMessage): Admission;
  /** Whether this page itself sent the request: for what changes something and for WebSockets, which obey no same-origin policy. */
  isFromPage(message: IncomingMessage): boolean;
};

const COOKIE_NAME = 'kiln-page';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Who gets in: whoever knows the token, by a name that no attacker's DNS can point here (DNS rebinding), and no page of another origin.
 * @param listen the address the server listens on
 */
export function createPageAccess(listen: string): PageAccess {
  const [token, path, session] = [16, 8, 32].map((bytes) => randomBytes(bytes).toString('hex')) as [
    string,
    string,
    string,
  ];
  const base = `/${path}/`;
  const isNameOwn = ownNames(listen);
  const isFromPage = ({ headers }: IncomingMessage): boolean => headers.origin === `http://${headers.host}`;
  return {
    token,
    base,
    cookie: `${COOKIE_NAME}=${session}; Path=${base}; HttpOnly; SameSite=Strict`,
    isFromPage,
    admit: (message) => {
      const { headers, headersDistinct, url = '' } = message;
      // Which of two counts is told differently by every program on the way (RFC 9112, 3.2).
      if ((headersDistinct.host?.length ?? 0) > 1) return refused(400, 'A request names one host.');
      if (!isNameOwn(headers.host)) return refused(403, 'This server is not known by that name.');
      if (headers.origin !== undefined && !isFromPage(message)) {
        return refused(403, 'Pages of other servers get nothing here.');
      }
      if (isGreeting(url, token)) return { kind: 'greeted' };
      const target = parseTarget(url, base);
      if (target.kind === 'bad') return refused(400, 'That is no path.');
      if (target.kind === 'outside' || !isSame(cookieOf(headers.cookie), session)) {
        return refused(401, 'Open the address that `kiln builds serve` has printed, with its token.');
      }
      return { kind: 'inside', path: target.path, query: new URLSearchParams(target.query) };
    },
  };
}

const refused = (status: 400 | 401 | 403 | 404, why: string): Admission => ({ kind: 'refused', status, why });

function isGreeting(url: string, token: string): boolean {
  const [, query] = /^\/\?(.*)$/.exec(url) ?? [];
  const given = new URLSearchParams(query).get('token');
  return query !== undefined && isSame(given ?? '', token);
}

/** In the same time whatever the difference: digests have one length. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function cookieOf(header = ''): string {
  const start = `${COOKIE_NAME}=`;
  const pairs = header.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? '';
}

/** Ports do not count: `ssh -L` gives the page another one. An address as such cannot be rebound, so any of this host's will do. */
function ownNames(listen: string): (host: string | undefined) => boolean {
  const onlyLoopback = isLoopback(listen);
  return (host) => {
    const [, name] = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d+)?$/i.exec(host ?? '') ?? [];
    if (name === undefined) return false;
    if (LOOPBACK.includes(name.toLowerCase())) return true;
    if (onlyLoopback) return name === listen;
    return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name.toLowerCase() === hostname().toLowerCase();
  };
}

/** Whether nobody outside this host reaches the address. */
export const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|::1)$/.test(host);
