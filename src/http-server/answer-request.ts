import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseRange } from './byte-range.ts';
import { contentTypeOf } from './content-type.ts';
import type { Served } from './served-content.ts';

/** What is known of the thing before its bytes are read. */
type Body = {
  readonly size: number;
  readonly modifiedAt: Date | undefined;
  readonly etag: string | undefined;
  readonly read: (first: number, last: number) => Readable;
};

/** Called with the bytes of the body sent so far and those promised. */
export type OnSent = (sentBytes: number, totalBytes: number) => void;

/** Sends what was found: whole, one range of it, or only its headers (RFC 9110, 13 and 14). */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { served, path, onSent }: { readonly served: Served; readonly path: string; readonly onSent: OnSent },
): Promise<void> {
  const body = await bodyOf(served);
  response.setHeader('Content-Type', served.type ?? contentTypeOf(path));
  response.setHeader('Accept-Ranges', 'bytes');
  if (body.modifiedAt) response.setHeader('Last-Modified', body.modifiedAt.toUTCString());
  if (body.etag) response.setHeader('ETag', body.etag);
  if (isUnchanged(request, body)) return endWithout(response, 304);
  const range = parseRange(rangeHeader(request, body), body.size);
  if (range.kind === 'outside') {
    response.setHeader('Content-Range', `bytes */${body.size}`);
    return endWithout(response, 416);
  }
  const [first, last] = range.kind === 'part' ? [range.first, range.last] : [0, body.size - 1];
  const length = last - first + 1;
  if (range.kind === 'part') response.setHeader('Content-Range', `bytes ${first}-${last}/${body.size}`);
  response.setHeader('Content-Length', length);
  response.statusCode = range.kind === 'part' ? 206 : 200;
  onSent(0, request.method === 'HEAD' ? 0 : length);
  if (request.method === 'HEAD' || length === 0) {
    response.end();
    return;
  }
  await pipeline(body.read(first, last), counted(length, onSent), response);
}

/** An answer without a body of its own. */
export function endWithout(response: ServerResponse, status: number): void {
  response.statusCode = status;
  if (status !== 304) response.setHeader('Content-Length', 0);
  response.end();
}

async function bodyOf(served: Served): Promise<Body> {
  if (served.kind === 'file') {
    const { size, mtime, mtimeMs } = await served.handle.stat();
    return {
      size,
      modifiedAt: mtime,
      etag: `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`,
      read: (start, end) => served.handle.createReadStream({ start, end, autoClose: false }),
    };
  }
  if (served.kind === 'reader') return { ...served, modifiedAt: undefined, etag: undefined };
  const bytes = Buffer.from(served.content as Uint8Array); // Buffer.from takes either; its overloads want one
  return {
    size: bytes.length,
    modifiedAt: served.modifiedAt,
    etag: undefined,
    read: (first, last) => Readable.from([bytes.subarray(first, last + 1)], { objectMode: false }),
  };
}

function isUnchanged({ headers }: IncomingMessage, { modifiedAt, etag }: Body): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) return etag !== undefined && tags.split(/\s*,\s*/).includes(etag);
  return (
    modifiedAt !== undefined && wholeSeconds(modifiedAt) <= Date.parse(headers['if-modified-since'] ?? '')
  );
}

/** If-Range: a part only of the very file the client has the beginning of. */
function rangeHeader({ headers }: IncomingMessage, { modifiedAt, etag }: Body): string | undefined {
  const condition = headers['if-range'];
  if (typeof condition !== 'string') return headers.range;
  const isSame =
    condition === etag || (modifiedAt !== undefined && Date.parse(condition) === wholeSeconds(modifiedAt));
  return isSame ? headers.range : undefined;
}

/** HTTP dates have no fractions. */
const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;

/** A body that ends early, of a file that was cut short, fails: its client would wait for the rest as long as the connection stands. */
function counted(total: number, onSent: OnSent): Transform {
  let sent = 0;
  return new Transform({
    flush(done) {
      done(sent === total ? null : new Error(`the body ended after ${sent} of ${total} bytes`));
    },
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      onSent(sent, total);
      done(null, chunk);
    },
  });
}
