import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { basicLogin } from '../http/basic-login.ts';

/**
 * Status of a HEAD request, 0 when the server cannot be reached. With a proxy, plain HTTP alone is asked through it (the
 * whole URL in the request line, RFC 9112 section 3.2.2); apt's own downloads handle the rest.
 */
export function headStatus(
  url: string,
  options: { readonly proxy?: string; readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<number> {
  return new Promise((resolve) => {
    const request = open(new URL(url), options.proxy, options.signal);
    request.setTimeout(options.timeoutMs ?? 10_000, () => request.destroy(new Error('no answer')));
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', () => resolve(0));
    request.end();
  });
}

function open(url: URL, proxy: string | undefined, signal: AbortSignal | undefined): ClientRequest {
  const common = { method: 'HEAD', ...(signal ? { signal } : {}) };
  if (url.protocol === 'https:') return httpsRequest(url, common);
  if (proxy === undefined) return httpRequest(url, common);
  const through = new URL(proxy);
  const login = basicLogin(through);
  return httpRequest({
    ...common,
    hostname: through.hostname,
    port: through.port || 80,
    path: url.href,
    headers: { Host: url.host, ...(login ? { 'Proxy-Authorization': login } : {}) },
  });
}
