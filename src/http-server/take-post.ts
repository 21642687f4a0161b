import type { IncomingMessage, ServerResponse } from 'node:http';
import { endWithout } from './answer-request.ts';

/** Takes what a client posts to a path; false for paths where nothing is taken. */
export type PostListener = (post: { readonly path: string; readonly body: string }) => boolean;

/** curtin adds whole log files to an event; more than this is none of ours. */
const LARGEST_BODY = 4 * 2 ** 20;

/** Reads the body and hands it on: 200 when somebody wanted it, 404 when not, 413 when it is too large. */
export async function takePost(
  message: IncomingMessage,
  response: ServerResponse,
  { path, onPost }: { readonly path: string; readonly onPost: PostListener },
): Promise<void> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LARGEST_BODY) {
      response.setHeader('Connection', 'close');
      return endWithout(response, 413);
    }
    pieces.push(piece);
  }
  endWithout(response, onPost({ path, body: Buffer.concat(pieces).toString('utf8') }) ? 200 : 404);
}
