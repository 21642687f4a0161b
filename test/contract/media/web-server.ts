import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type WebServer = {
  readonly url: string;
  /** `METHOD path range` of every request so far. */
  readonly requests: string[];
  close(): Promise<void>;
};

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on this machine that answers as told. */
export async function startWebServer(answer: Answer): Promise<WebServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(' '));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves files from memory, with ranges. */
export function serving(files: ReadonlyMap<string, Buffer>): Answer {
  return (request, response) => {
    const content = files.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const partial = request.headers.range !== undefined;
    if (partial && start >= content.length) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(partial ? 206 : 200, {
      'content-length': content.length - start,
      etag: `"${content.length}"`,
      ...(partial ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : content.subarray(start));
  };
}
