import type { Dispatcher } from 'undici';
import { nodeFetch } from './http/node-fetch.ts';

/** As in the environment: URLs, and a list of hosts that are reached without. */
export type ProxySettings = { readonly http?: string; readonly https?: string; readonly no?: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables curl and wget know; lower case counts before upper case, and upper-case HTTP_PROXY not at all (CVE-2016-5385). */
export function proxyFrom(env: Environment): ProxySettings | undefined {
  const everywhere = env.all_proxy ?? env.ALL_PROXY;
  const http = env.http_proxy ?? everywhere;
  const https = env.https_proxy ?? env.HTTPS_PROXY ?? everywhere;
  const no = env.no_proxy ?? env.NO_PROXY;
  if (!http && !https) return undefined;
  return { ...(http ? { http } : {}), ...(https ? { https } : {}), ...(no ? { no } : {}) };
}

/** Node's HTTP client knows no proxies, so with one it is undici's, which is loaded then. */
export function proxyFetch(proxy: ProxySettings | undefined): typeof fetch {
  if (proxy === undefined) return nodeFetch;
  let loaded: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    loaded ??= fetchThrough(proxy);
    return (await loaded)(input, init);
  };
}

async function fetchThrough({ http, https, no }: ProxySettings): Promise<typeof fetch> {
  const { EnvHttpProxyAgent, fetch: undiciFetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: http ?? '',
    httpsProxy: https ?? '',
    noProxy: no ?? '',
    proxyTunnel: false,
  }).compose(unpaused);
  // The same function that Node has built in, with types of its own.
  const send = undiciFetch as unknown as (input: unknown, init: unknown) => Promise<Response>;
  return (input, init) => send(input, { ...init, dispatcher });
}

/**
 * Lets undici take everything as it comes. A connection that is closed while it makes a pause for a slower reader ends the whole process
 * (nodejs/undici#5360, mended in releases that need a newer Node).
 */
const unpaused: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
    onResponseData: (controller, piece) =>
      handler.onResponseData?.(Object.create(controller, { pause: { value: () => {} } }), piece),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (...failure) => handler.onResponseError?.(...failure),
  });
