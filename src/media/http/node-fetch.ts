import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { stripUntrusted } from '../../foundation/printable.ts';

/** What Response takes; lower ones only announce an answer, and HTTP has no higher ones (RFC 9110, 15). */
const [LEAST_STATUS, MOST_STATUS] = [200, 599];

/** Their answers have no body, which Response insists on. */
const WITHOUT_BODY = [204, 205, 304];

/**
 * The part of fetch() that downloads need, on Node's own HTTP client. The built-in fetch() is undici, which ends the whole process when
 * a server closes a connection while the body's reader takes a pause (nodejs/undici#5360). Content is handed on as it is sent: servers
 * call a file such as `initrd.gz` compressed content, and it is the file that is wanted.
 */
export const nodeFetch: typeof fetch = async (input, init = {}) => {
  const url = new URL(String(input));
  const { method = 'GET' } = init;
  const answer = await answerOf(url, method, init);
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
  if (status < LEAST_STATUS || status > MOST_STATUS) {
    answer.destroy();
    throw new Error(`the server's answer is not HTTP (status ${status})`);
  }
  const bare = method === 'HEAD' || WITHOUT_BODY.includes(status);
  if (bare) answer.resume();
  return new Response(bare ? null : bodyOf(answer), {
    status,
    // What steers a terminal is no part of HTTP either, and Response refuses it; the status counts.
    statusText: stripUntrusted(statusText),
    headers: headersOf(answer),
  });
};

function answerOf(url: URL, method: string, { headers, signal }: RequestInit): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // Some servers refuse a client that does not say its name.
    const named = { 'user-agent': 'kiln', ...Object.fromEntries(new Headers(headers)) };
    const request = send(url, { method, headers: named });
    let answer: IncomingMessage | undefined;
    // With the signal's own reason, which says more than that something was aborted.
    const abort = (): void => {
      (answer ?? request).destroy(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    request.once('close', () => signal?.removeEventListener('abort', abort));
    request.on('error', reject);
    request.once('response', (response) => {
      answer = response;
      resolve(response);
    });
    request.end();
  });
}

/** A break shows only behind what had come before it; a stream made with Readable.toWeb() would drop that. */
function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  let broken: Error | undefined;
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    start: (body) => {
      const hasRoom = (): boolean => (body.desiredSize ?? 0) > 0;
      message.on('data', (piece: Buffer) => {
        // What the message had read already comes even from a destroyed one.
        if (cancelled) return;
        body.enqueue(piece);
        if (!hasRoom()) message.pause();
      });
      message.once('end', () => cancelled || body.close());
      message.once('error', (error) => {
        broken = error;
        if (hasRoom()) body.error(error);
      });
    },
    pull: (body) => {
      if (broken === undefined) message.resume();
      else body.error(broken);
    },
    cancel: () => {
      cancelled = true;
      message.destroy();
    },
  });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
