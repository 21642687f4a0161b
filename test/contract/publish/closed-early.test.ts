import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpClient, httpClient } from '../../../src/publish/openstack/http-client.ts';

/**
 * A server that closes first while the body of its answer rests would end the process (nodejs/undici#5360), and no test could catch that: the
 * run itself would fail.
 */
let client: HttpClient;
let close: () => void;
beforeEach(() => {
  client = httpClient({ verify: true });
});
afterEach(async () => {
  await client.close();
  close();
});

async function served(answer: (socket: Socket, seen: number) => boolean): Promise<string> {
  const server = createServer((socket) => {
    let [seen, isDone] = [0, false];
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      seen += piece.length;
      if (!isDone) isDone = answer(socket, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const TIMES = 20;
const PIECE = Buffer.alloc(2 ** 19);
const LENGTH = 2 ** 21;
const head = (status: number, length: number): string =>
  `HTTP/1.1 ${status} X\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;

async function* content(): AsyncGenerator<Uint8Array> {
  for (let pieces = 0; pieces < 16; pieces += 1) yield PIECE;
}

it.each([20, LENGTH])('an answer of %i bytes in the middle of what is sent is read', async (length) => {
  const url = await served((socket, seen) => {
    if (seen < PIECE.length) return false;
    socket.write(head(413, length));
    socket.end(Buffer.alloc(length, 'x'));
    return true;
  });
  for (let time = 0; time < TIMES; time += 1) {
    const { status, text } = await client.send({ method: 'PUT', url, body: content() });
    expect([status, text.length]).toEqual([413, length]);
  }
});

it.each([20, LENGTH])('an answer that ends %i bytes before its end is none', async (missing) => {
  const url = await served((socket) => {
    socket.write(head(200, LENGTH + missing));
    socket.end(Buffer.alloc(LENGTH, 'x'));
    return true;
  });
  for (let time = 0; time < TIMES; time += 1)
    await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({ code: 'publish.network' });
});
