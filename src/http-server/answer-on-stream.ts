import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** No client of a metadata service sends as much before its empty line. */
const LONGEST_HEAD = 16 * 1024;

/**
 * Answers the requests that come one behind the other on a stream which outlives them, as QEMU's `guestfwd` gives it: every connection of
 * the guest ends up on the one stream, and nothing tells where one ends. So each request is asked of `url` in its own right, and the
 * answer says how long it is and that it is the last.
 */
export async function answerOnStream(stream: Socket, url: string): Promise<void> {
  let pending = '';
  stream.setEncoding('latin1');
  for await (const chunk of stream) {
    pending += chunk;
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      // What an earlier client left behind half-way stands before the last request line.
      const head = pending.slice(0, end);
      pending = pending.slice(end + 4);
      await answer(stream, url, head);
    }
    if (pending.length > LONGEST_HEAD) pending = '';
  }
}

async function answer(stream: Socket, url: string, head: string): Promise<void> {
  const [line = '', ...fields] = head.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (method === undefined || target === undefined) {
    stream.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  const agent = fields.map((field) => /^user-agent:\s*(.*)$/i.exec(field)?.[1]).find(Boolean);
  const path = target.replace(/^https?:\/\/[^/]*/i, '').replace(/^\/+|\/+(?=$|\?)/g, '');
  const message = await ask(`${url}${path}`, method, agent);
  const { 'content-length': length = '0', 'content-type': type = 'text/plain' } = message.headers;
  stream.write(
    `HTTP/1.1 ${message.statusCode} ${message.statusMessage}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${length}\r\nConnection: close\r\n\r\n`,
  );
  await pipeline(message, stream, { end: false });
}

function ask(url: string, method: string, agent: string | undefined): Promise<IncomingMessage> {
  return new Promise((settle, reject) => {
    const headers = { connection: 'close', ...(agent === undefined ? {} : { 'user-agent': agent }) };
    httpRequest(url, { method, headers, agent: false }, settle).once('error', reject).end();
  });
}
