import type { Clock } from '../../foundation/clock.ts';
import { PublishError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { homeFrom } from '../../foundation/places.ts';
import { redactorFor } from '../../foundation/redact.ts';
import { certificatesOf } from './client-certificates.ts';
import type { Environment } from './cloud-files.ts';
import { type CloudSession, cloudSession } from './cloud-session.ts';
import { type CloudSettings, secretsOf } from './cloud-settings.ts';
import { type CloudChoice, findCloud } from './find-cloud.ts';
import { isHttpAddress, shownAddress } from './http-address.ts';
import { type ConnectionSettings, httpClient } from './http-client.ts';

/** How long a service may be silent; undefined: two minutes. */
export type TimeLimits = {
  /** For an answer to begin, and from there to end. */
  readonly answerMs?: number;
  /** While it is sent an image. */
  readonly stallMs?: number;
};

/** Where a publication runs; nothing below looks at the process by itself. */
export type CloudContext = {
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: TimeLimits;
};

/** Finds the cloud's settings and opens a session; nothing is sent yet. @throws PublishError `publish.credentials` */
export async function openCloud(choice: CloudChoice, context: CloudContext): Promise<CloudSession> {
  const { env, cwd, clock } = context;
  const cloud = await findCloud(choice, { env, cwd, home: homeFrom(env) });
  const redact = redactorFor(secretsOf(cloud));
  const logger: Logger = {
    debug: (text) => context.logger.debug(redact(text)),
    info: (text) => context.logger.info(redact(text)),
    warn: (text) => context.logger.warn(redact(text)),
  };
  if (!cloud.verify) logger.warn(`Certificates of cloud ${cloud.name} are not checked, as asked for.`);
  if (cloud.missingProfile !== undefined)
    logger.warn(
      `No clouds-public.yaml has the profile "${cloud.missingProfile}" of cloud ${cloud.name}; its settings count without one.`,
    );
  const connection = { ...(await connectionOf(cloud, env)), answerWithinMs: context.limits?.answerMs };
  return cloudSession({ cloud, http: httpClient(connection), clock, logger });
}

async function connectionOf(cloud: CloudSettings, env: Environment): Promise<ConnectionSettings> {
  const proxy = {
    ...given('http', proxyAddress('http_proxy', env.http_proxy ?? env.HTTP_PROXY)),
    ...given('https', proxyAddress('https_proxy', env.https_proxy ?? env.HTTPS_PROXY)),
    ...given('none', env.no_proxy ?? env.NO_PROXY),
  };
  return {
    verify: cloud.verify,
    proxy,
    ...(await certificatesOf(cloud)),
  };
}

function proxyAddress(variable: string, value: string | undefined): string | undefined {
  if (!value) return value;
  const problem = isHttpAddress(value)
    ? hasReadableLogin(value)
      ? undefined
      : 'whose login cannot be read; write a % in it as %25'
    : "which is no proxy's address; it begins with http:// or https://";
  if (problem === undefined) return value;
  throw new PublishError(
    'publish.credentials',
    `The environment's ${variable} is ${shownAddress(value)}, ${problem}.`,
  );
}

/** What a proxy is sent is decoded first. */
function hasReadableLogin(address: string): boolean {
  const { username, password } = new URL(address);
  try {
    return decodeURIComponent(`${username}:${password}`) !== '';
  } catch {
    return false; // no percent-encoding
  }
}

function given(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined || value === '' ? {} : { [key]: value };
}
