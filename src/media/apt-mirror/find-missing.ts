import { runCommand } from '../../process/run-command.ts';
import type { AptContext } from '../debian-offline/private-apt.ts';
import { headStatus } from './head-request.ts';

/** Node.js warns of more than ten listeners for one signal. */
const PARALLEL = 8;

/** The first of these files that the mirror does not have, with the HTTP status; undefined when it has all. */
export async function findMissing(
  baseUri: string,
  paths: readonly string[],
  context: AptContext,
): Promise<{ readonly path: string; readonly status: number } | undefined> {
  const proxy = await aptProxy(context);
  const options = { ...(proxy ? { proxy } : {}), ...(context.signal ? { signal: context.signal } : {}) };
  for (let start = 0; start < paths.length; start += PARALLEL) {
    const some = paths.slice(start, start + PARALLEL);
    const statuses = await Promise.all(some.map((path) => statusOf(baseUri + path, options)));
    const index = statuses.findIndex((status) => status < 200 || status >= 300);
    const path = some[index];
    if (path !== undefined) return { path, status: statuses[index] ?? 0 };
  }
  return undefined;
}

/** Mirrors behind a content network redirect; the answer to the first step says enough. */
async function statusOf(url: string, options: Parameters<typeof headStatus>[1]): Promise<number> {
  const status = await headStatus(url, options);
  return status >= 300 && status < 400 ? 200 : status;
}

/** `Acquire::http::Proxy`; "DIRECT" means none (apt-transport-http(1)). */
async function aptProxy(context: AptContext): Promise<string | undefined> {
  const { stdout } = await runCommand('apt-config', ['shell', 'PROXY', 'Acquire::http::Proxy'], context);
  const proxy = /^PROXY='(.*)'$/m.exec(stdout)?.[1];
  return proxy && proxy !== 'DIRECT' && URL.canParse(proxy) ? proxy : undefined;
}
