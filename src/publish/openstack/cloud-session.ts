import type { Clock } from '../../foundation/clock.ts';
import { PublishError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { type Redactor, redactorFor } from '../../foundation/redact.ts';
import { authRequest, loginName, tokensUrl } from './auth-request.ts';
import {
  endpointOf,
  offersService,
  overrideOf,
  SERVICE_NAMES,
  type ServiceType,
  type TokenBody,
  tokenSchema,
} from './catalog.ts';
import { type CloudSettings, hasKeystone, secretsOf, settingName } from './cloud-settings.ts';
import { addressProblem } from './http-address.ts';
import type { HttpClient, HttpMethod, HttpRequest, HttpResponse } from './http-client.ts';
import { beginPublisher } from './publisher.ts';
import { sentence, serviceError } from './service-error.ts';

export type ServiceRequest = {
  readonly method: HttpMethod;
  /** Below the service's endpoint: `/v2/images`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Made anew for each try. */
  readonly body?: () => AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly answerWithinMs?: number;
};

export type ServiceAnswer = HttpResponse & {
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
};

/** A logged-in user's way to the services of one cloud. Tokens are renewed by themselves and stay in here. */
export type CloudSession = {
  readonly cloud: CloudSettings;
  /** Signs what is begun, so that others leave it alone until `close`. */
  readonly publisher: string;
  /**
   * Sends one request and returns its answer when that is a success.
   * @throws PublishError, for refusals with the service's own words; CancelledError
   */
  request(service: ServiceType, request: ServiceRequest): Promise<ServiceAnswer>;
  /** Logs in when that has not happened; these three renew nothing. undefined for services without Keystone. */
  whoAmI(signal: AbortSignal | undefined): Promise<TokenBody | undefined>;
  /** Where the service is. */
  endpoint(service: ServiceType, signal?: AbortSignal): Promise<string>;
  offers(service: ServiceType, signal: AbortSignal | undefined): Promise<boolean>;
  /** Masks password and tokens in a service's text before anybody sees it. */
  readonly redact: Redactor;
  close(): Promise<void>;
};

export type SessionOptions = {
  readonly cloud: CloudSettings;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
};

type Token = { readonly value: string; readonly body: TokenBody };

/** A token that ends this soon is renewed before a request rather than after its refusal. */
const RENEW_BEFORE_MS = 120_000;
const MOST_REDIRECTS = 5;

export function cloudSession(options: SessionOptions): CloudSession {
  const { cloud, clock } = options;
  const secrets = new Set(secretsOf(cloud));
  const redact: Redactor = (text) => redactorFor([...secrets])(text);
  let current: Promise<Token | undefined> | undefined;
  const logIn = (signal?: AbortSignal): Promise<Token | undefined> => {
    const attempt = newToken({ ...options, redact }, signal);
    attempt.then(
      (made) => made && secrets.add(made.value),
      () => {
        if (current === attempt) current = undefined;
      },
    );
    current = attempt;
    return attempt;
  };
  /** Whose token it is and what it was issued with holds also when the token has ended. */
  const heldToken = (signal?: AbortSignal): Promise<Token | undefined> => current ?? logIn(signal);
  const token = async (signal?: AbortSignal): Promise<Token | undefined> => {
    const held = await heldToken(signal);
    if (held === undefined) return undefined;
    return Date.parse(held.body.expires_at) - clock.now() < RENEW_BEFORE_MS ? logIn(signal) : held;
  };
  const request = async (service: ServiceType, wanted: ServiceRequest): Promise<ServiceAnswer> => {
    const held = await token(wanted.signal);
    const first = await ask(options, service, wanted, held);
    const renewable = first.response.status === 401 && held !== undefined && cloud.login.kind !== 'token';
    // A token may be revoked, and a lone refusal of a good one happens too (a service that lost its connection to Keystone).
    const last = renewable ? await ask(options, service, wanted, await logIn(wanted.signal)) : first;
    return answerOf(service, last, redact);
  };
  const publisher = beginPublisher();
  return {
    cloud,
    publisher: publisher.word,
    request,
    whoAmI: async (signal) => (await heldToken(signal))?.body,
    endpoint: async (service, signal) => endpointOf(service, cloud, (await heldToken(signal))?.body),
    offers: async (service, signal) => {
      const held = await heldToken(signal);
      return held !== undefined && offersService(service, held.body);
    },
    redact,
    close: () => {
      publisher.end();
      return options.http.close();
    },
  };
}

type Asked = { readonly request: HttpRequest; readonly response: HttpResponse };

async function ask(
  { cloud, http, logger }: SessionOptions,
  service: ServiceType,
  wanted: ServiceRequest,
  token: Token | undefined,
): Promise<Asked> {
  const { method, path, headers, json, body, signal, answerWithinMs } = wanted;
  const start = `${endpointOf(service, cloud, token?.body)}${path}`;
  let url = start;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const content = json === undefined ? body?.() : JSON.stringify(json);
    const request: HttpRequest = {
      method,
      url,
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...authorization(cloud, token),
      },
      ...(content === undefined ? {} : { body: content }),
      ...(signal === undefined ? {} : { signal }),
      ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
    };
    const response = await http.send(request);
    logger.debug(`${method} ${url} → ${response.status}`);
    const { location } = response.headers;
    if (!isRedirect(response)) return { request, response };
    url = sameOrigin(service, cloud, method, url, location ?? '');
  }
  throw new PublishError(
    'publish.redirect',
    `${SERVICE_NAMES[service]} redirects in a circle (${start}). Check the endpoint.`,
  );
}

function isRedirect({ status, headers }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
}

/** Credentials, and an image, go to the address that was asked for and nowhere else. */
function sameOrigin(
  service: ServiceType,
  cloud: CloudSettings,
  method: HttpMethod,
  from: string,
  location: string,
): string {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const { origin } = new URL(from);
  const setting = settingName(cloud, overrideOf(service));
  if (to?.origin !== origin) throw redirected(SERVICE_NAMES[service], origin, to, setting);
  if (method === 'GET' || method === 'HEAD') return Object.assign(to, { username: '', password: '' }).href;
  throw new PublishError(
    'publish.redirect',
    `${SERVICE_NAMES[service]} redirects a ${method} to ${to.origin}${to.pathname}; Kiln follows only where it asks for something. If the service is there, set ${setting}.`,
    { details: { service, to: to.origin } },
  );
}

function redirected(service: string, from: string, to: URL | undefined, setting: string): PublishError {
  return new PublishError(
    'publish.redirect',
    `${service} at ${from} redirects to ${to === undefined ? 'a malformed address' : `${to.origin}${to.pathname}`}; Kiln sends credentials and images to no other place. If that is the service's right address, set ${setting}.`,
    { details: { service, to: to?.origin } },
  );
}

function authorization({ login }: CloudSettings, token: Token | undefined): Readonly<Record<string, string>> {
  if (token !== undefined) return { 'x-auth-token': token.value };
  if (login.kind !== 'http-basic') return {};
  return { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` };
}

function answerOf(service: ServiceType, { request, response }: Asked, redact: Redactor): ServiceAnswer {
  if (response.status >= 400 || response.status < 200)
    throw serviceError(SERVICE_NAMES[service], request, response, redact);
  return { ...response, json: parseJson(response.text) };
}

async function newToken(
  { cloud, http, logger, redact }: SessionOptions & { readonly redact: Redactor },
  signal?: AbortSignal,
): Promise<Token | undefined> {
  const { login } = cloud;
  if (!hasKeystone(login)) return undefined;
  const problem = addressProblem(login.authUrl);
  if (problem !== undefined)
    throw new PublishError('publish.credentials', `Cloud ${cloud.name}: the auth_url ${problem}.`);
  const url = tokensUrl(login.authUrl);
  const request: HttpRequest = {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(authRequest(login)),
    ...(signal === undefined ? {} : { signal }),
  };
  const response = await http.send(request);
  logger.debug(`POST ${url} → ${response.status}`);
  const { location = '', 'x-subject-token': value } = response.headers;
  if (isRedirect(response)) {
    const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
    throw redirected('Keystone', new URL(url).origin, to, settingName(cloud, 'auth_url'));
  }
  const parsed = tokenSchema.safeParse(parseJson(response.text));
  if (response.status === 201 && value !== undefined && parsed.success)
    return { value, body: parsed.data.token };
  if (response.status >= 400) throw loginRefused(cloud, serviceError('Keystone', request, response, redact));
  throw new PublishError(
    'publish.credentials',
    `${redact(url)} does not answer like Keystone v3 (${response.status}). Check the auth_url of cloud ${cloud.name}.`,
  );
}

function loginRefused(cloud: CloudSettings, refusal: PublishError): PublishError {
  const { status } = refusal.details;
  const { kind } = cloud.login;
  // Of a token that it does not know, or not any more, Keystone says 404.
  const isUnknownToken = kind === 'token' && status === 404;
  if (status !== 401 && !isUnknownToken) return refusal;
  const advice =
    kind === 'token'
      ? 'Get a new token, or log in by password or application credential'
      : 'Check user, password, project and their domains';
  return new PublishError(
    'publish.auth',
    `Keystone does not let ${loginName(cloud)} in: ${sentence(String(refusal.details.words))} ${advice} in ${[cloud.origin, cloud.secureFile].filter(Boolean).join(' and ')}.`,
    { cause: refusal, details: refusal.details },
  );
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller's schema complains
  }
}
