import { Interrupted } from '../retry.ts';
import { reasonOf } from './http-fetch.ts';

/** The body's pieces; a break while reading is an interruption, an error of whoever takes them is not. */
export async function* bodyOf(
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const next = await reader?.read().catch((cause: unknown) => {
        signal?.throwIfAborted();
        return interrupted(cause);
      });
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}

/**
 * The body to its end, or until more than `limit` bytes have come; the connection ends there.
 * @param alive is told how many bytes came
 */
export async function readUpTo(
  response: Response,
  limit: number,
  alive: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let have = 0;
  for await (const piece of bodyOf(response, signal)) {
    alive(piece.length);
    pieces.push(piece);
    have += piece.length;
    if (have > limit) break;
  }
  return Buffer.concat(pieces);
}

function interrupted(cause: unknown): never {
  throw cause instanceof Interrupted ? cause : new Interrupted(reasonOf(cause), { cause });
}
