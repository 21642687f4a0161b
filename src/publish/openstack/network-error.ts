import { PublishError } from '../../foundation/errors.ts';

/** Why certificates are refused (OpenSSL's names, as Node passes them on). */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/;

const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** What came back is no TLS: OpenSSL's names. */
const NO_TLS_CODE = /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL)$/;
/** Node's only word for a connection that the other side ends during the handshake, as uWSGI does when it is to speak plain HTTP. */
const ENDED_IN_HANDSHAKE = 'before secure TLS connection was established';

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved (DNS)',
  EAI_AGAIN: 'its name cannot be resolved at the moment (DNS)',
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while Kiln was sending',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer did not end in time',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the file changed its length while it was sent',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
};

type Attempted = { readonly method: string; readonly url: string };

/** What broke a request before an answer came, in words; `details.retry` tells whether another try may help. */
export function networkError(
  { method, url }: Attempted,
  cause: unknown,
  proxies: readonly string[] = [],
): PublishError {
  const found = innermost(cause);
  const code = codeOf(found);
  const proxy = proxyToBlame(found, url, proxies);
  if (proxy !== undefined) return proxyError(proxy, method, found);
  const { host, protocol } = new URL(url);
  const words = wordsOf(code, found);
  if (NO_TLS_CODE.test(code)) {
    return new PublishError(
      'publish.tls',
      `${host} does not answer in TLS (${method}). Write http:// in its address if it speaks plain HTTP, or mend the port.`,
      { cause, details: { host, code, retry: false } },
    );
  }
  if (TLS_CODE.test(code)) {
    return new PublishError(
      'publish.tls',
      `${host} is not trusted: ${tlsReason(found, code)}. ${code === OTHER_NAME ? 'Write a name that stands in its certificate.' : 'Name the certificate of its authority with OS_CACERT or "cacert" in clouds.yaml.'}`,
      { cause, details: { host, code, retry: false } },
    );
  }
  return new PublishError(
    'publish.network',
    `${protocol}//${host} cannot be used (${method}): ${words}. Check the address and whether the service runs.`,
    { cause, details: { host, code, retry: true } },
  );
}

/** The proxy that a connection did not get beyond: the one of its errors' host, or of their port where the service has another. */
function proxyToBlame(found: unknown, url: string, proxies: readonly string[]): URL | undefined {
  const { hostname, address, port } = found as Readonly<Record<string, unknown>>;
  const message = found instanceof Error ? found.message : '';
  const service = new URL(url);
  return proxies
    .map((text) => new URL(text))
    .find((proxy) => {
      if (proxy.host === service.host) return false;
      if (PROXY_REFUSES.test(message) || hostname === proxy.hostname) return true;
      if (message.includes(`address: ${proxy.hostname}:${portOf(proxy)},`)) return true;
      return port === portOf(proxy) && (address === proxy.hostname || port !== portOf(service));
    });
}

/** undici's only word for a proxy's answer that is not 200, with the answer. */
const PROXY_REFUSES = /^Proxy response \((\d+)\)/;

const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

function proxyError({ protocol, host }: URL, method: string, cause: unknown): PublishError {
  const code = codeOf(cause);
  const status = cause instanceof Error ? PROXY_REFUSES.exec(cause.message)?.[1] : undefined;
  const words = status === undefined ? wordsOf(code, cause) : `it answered ${status}`;
  return new PublishError(
    'publish.network',
    `The proxy ${protocol}//${host} cannot be used (${method}): ${words}. Check http_proxy, https_proxy and no_proxy, and whether the proxy runs and lets Kiln through.`,
    { cause, details: { host, code, retry: true } },
  );
}

function wordsOf(code: string, found: unknown): string {
  const message = found instanceof Error ? found.message : String(found);
  if (code === 'ECONNRESET' && message.includes(ENDED_IN_HANDSHAKE))
    return 'the connection was ended before TLS came about. If it speaks plain HTTP, its address begins with http://';
  return WORDS[code] ?? message;
}

/** OpenSSL's errors come with its own file names and numbers; the reason stands apart. */
function tlsReason(error: unknown, code: string): string {
  if (code === OTHER_NAME)
    return otherName(error as { readonly cert?: { readonly subjectaltname?: string } });
  const { reason } = error as { readonly reason?: unknown };
  if (typeof reason === 'string') return reason.replace(/[.\s]*$/, '');
  return error instanceof Error ? error.message : code;
}

/** Node's own words list names that it does not have. */
function otherName({ cert }: { readonly cert?: { readonly subjectaltname?: string } }): string {
  const names = cert?.subjectaltname;
  return names
    ? `its certificate is for other names: ${names}`
    : 'its certificate names no host (no subjectAltName)';
}

/** Node tries several addresses and reports all of them in one AggregateError; fetch and undici keep reasons in `cause`. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error && codeOf(error) === '')
    return innermost(error.cause);
  return error;
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
