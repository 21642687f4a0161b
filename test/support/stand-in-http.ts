import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export function reply(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
  return true;
}

export async function bodyOf(request: IncomingMessage, restMs = 0): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer); // no encoding is set, so parts are buffers
    if (restMs > 0) await delay(restMs);
  }
  return Buffer.concat(parts);
}
