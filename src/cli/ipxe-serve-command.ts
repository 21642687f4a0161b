import { resolve } from 'node:path';
import { makeMenus } from '../build/make-menus.ts';
import { type AccessEvent, accessLine } from '../http-server/access-event.ts';
import { firstOf, folderContent, memoryContent, type ServedContent } from '../http-server/served-content.ts';
import { type HttpServer, startHttpServer } from '../http-server/start-http-server.ts';
import { readMenusList } from '../ipxe/menu/menus-list.ts';
import { sealedContent } from '../ipxe/menu/sealed-content.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { listenForInterruption } from './interruption.ts';
import { type MenuOptionValues, menusRequest } from './ipxe-menu-request.ts';
import { verifyAndTell } from './ipxe-menu-verify-command.ts';
import { readListenHost, readPort } from './listen-option.ts';
import { safeJson } from './safe-text.ts';
import { requireHeeded, treeContent } from './serve-options.ts';
import { type Reach, reachOf, urlAt } from './serve-reach.ts';

export type ServeOptionValues = MenuOptionValues & {
  readonly listen: string;
  readonly port: string;
  readonly token?: boolean;
  readonly tree?: readonly string[];
  readonly folder?: string;
  readonly verifyCa?: string;
};

/** `kiln ipxe serve`: until it is interrupted. */
export async function runIpxeServe(options: ServeOptionValues, io: CliIo): Promise<void> {
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const logger = cliLogger(io.err, options.verbose === true);
  const files = new Map<string, string>();
  requireHeeded(options);
  const trees = await Promise.all((options.tree ?? []).map((word) => treeContent(word, io.cwd)));
  const onAccess = (event: AccessEvent): void => showAccess(event, options, io);
  const port = readPort(options.port);
  const content = firstOf(
    memoryContent(files),
    ...(await ownContent(options, io, interruption.signal)),
    ...trees,
  );
  const reach = await reachOf(readListenHost(options.listen), (options.folder ?? options.url) !== undefined);
  let tellReady = (): void => undefined;
  const ready = new Promise<void>((settle) => {
    tellReady = settle;
  });
  const server = await startHttpServer({
    // The menus name the server's own port, so that they are made when it listens already; who asks earlier waits.
    content: async (request) => {
      await ready;
      return content(request);
    },
    host: reach.listen,
    port,
    token: options.token === true,
    onAccess,
    logger,
  });
  try {
    if (options.folder === undefined) {
      const request = menusRequest(options, options.url ?? addressOf(server, reach), io);
      const url = options.url === undefined ? request.url : belowToken(request.url, server);
      const context = buildContext(io, { logger, signal: interruption.signal });
      for (const { path, text } of await makeMenus({ ...request, url }, context)) files.set(path, text);
      tellAddress({ server, reach, ...(options.url === undefined ? {} : { menusUrl: url }) }, options, io);
    } else tellAddress({ server, reach }, options, io);
    tellReady();
    await new Promise<void>((settle) => {
      if (interruption.signal.aborted) settle();
      interruption.signal.addEventListener('abort', () => settle(), { once: true });
    });
  } finally {
    interruption.end();
    tellReady();
    await server.close();
  }
}

/**
 * The folder's files; with an authority only what it vouches for.
 * @throws SpecError `ipxe.not-menus`: any other folder may hold what nobody else should read
 */
async function ownContent(
  { folder, verifyCa }: ServeOptionValues,
  io: CliIo,
  signal: AbortSignal,
): Promise<ServedContent[]> {
  if (folder === undefined) return [];
  const path = resolve(io.cwd, folder);
  await readMenusList(path);
  if (verifyCa === undefined) return [folderContent(path)];
  const { seals } = await verifyAndTell(path, verifyCa, { ...io, out: io.err }, signal);
  return [sealedContent(path, seals)];
}

/** Loopback is reached by nobody but guests of this host, who see it under QEMU's address. */
function addressOf(server: HttpServer, reach: Reach): string {
  return reach.listen === '127.0.0.1' ? server.guestUrl : urlAt(server, reach);
}

/** `--url` says where the menus are; with a token they are below it there, too, whatever hands requests on. */
function belowToken(url: string, server: HttpServer): string {
  return new URL(new URL(server.url).pathname.slice(1), url).href;
}

type Serving = {
  readonly server: HttpServer;
  readonly reach: Reach /** Where others find it, by `--url`. */;
  readonly menusUrl?: string;
};

function tellAddress({ server, reach, menusUrl }: Serving, { json }: ServeOptionValues, io: CliIo): void {
  const url = `${urlAt(server, reach)}menu.ipxe`;
  const guestUrl = reach.guests ? `${server.guestUrl}menu.ipxe` : undefined;
  if (json) io.out.write(`${safeJson({ type: 'serving', url, guestUrl, menusUrl })}\n`);
  else {
    const guests = guestUrl === undefined ? '' : ` (for QEMU guests of this host: ${guestUrl})`;
    const named = menusUrl === undefined ? '' : `, in the menus ${menusUrl}`;
    io.out.write(`Serving ${url}${guests}${named}; Ctrl-C ends it.\n`);
  }
}

function showAccess(event: AccessEvent, { json }: ServeOptionValues, io: CliIo): void {
  if (json) io.out.write(`${safeJson(event)}\n`);
  else if (event.type === 'response') io.out.write(`${accessLine(event)}\n`);
}
