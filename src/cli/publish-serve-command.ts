import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SpecError } from '../foundation/errors.ts';
import { type AccessListener, accessLine } from '../http-server/access-event.ts';
import { folderContent, type ServedContent } from '../http-server/served-content.ts';
import { startHttpServer } from '../http-server/start-http-server.ts';
import type { CliIo } from './cli-io.ts';
import { listenForInterruption } from './interruption.ts';
import { safeJson } from './safe-text.ts';

export type ServeOptions = { readonly listen: string; readonly json?: boolean };

/** `kiln publish serve DIR`: for an Ironic, or anybody, to fetch what `kiln publish http` put there. Ends well with Ctrl-C. */
export async function runPublishServe(dir: string, options: ServeOptions, io: CliIo): Promise<void> {
  const folder = resolve(io.cwd, dir);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new SpecError('publish.no-image', `${folder} is no folder, so there is nothing to serve.`);
  }
  const where = listenAddress(options.listen);
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  try {
    const server = await startHttpServer({
      ...where,
      content: withoutHidden(folderContent(folder)),
      onAccess: listener(options, io),
    });
    if (options.json) io.out.write(`${safeJson({ type: 'serving', folder, url: server.url })}\n`);
    else io.out.write(`${folder} is at ${server.url} until Ctrl-C.\n`);
    const { signal } = interruption;
    await new Promise<void>((settle) => {
      if (signal.aborted) settle();
      else signal.addEventListener('abort', () => settle(), { once: true });
    });
    await server.close();
  } finally {
    interruption.end();
  }
}

/** `HOST:PORT`, `[::1]:8080`, or a port alone. */
function listenAddress(text: string): { host: string; port: number } {
  const [, host = '127.0.0.1', digits = ''] = /^(?:\[?([^\]]+?)\]?:)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== '' && port <= 65_535) return { host, port };
  throw new SpecError(
    'options.invalid',
    `--listen takes HOST:PORT, such as 127.0.0.1:8080, not "${text}"; port 0 is any free one.`,
    { details: { option: '--listen' } },
  );
}

/** Images that are still being copied have hidden names. */
function withoutHidden(content: ServedContent): ServedContent {
  return (request) => (/(^|\/)\./.test(request.path) ? undefined : content(request));
}

function listener({ json }: ServeOptions, io: CliIo): AccessListener {
  return (event) => {
    if (event.type !== 'response') return;
    io.out.write(`${json ? safeJson(event) : accessLine(event)}\n`);
  };
}
