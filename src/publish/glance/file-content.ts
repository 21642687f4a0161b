import { createHash } from 'node:crypto';
import { PublishError } from '../../foundation/errors.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import { changedLength, whyChanged } from '../source-changed.ts';
import { fileChunks } from './file-chunks.ts';

export type FileContent = {
  readonly path: string;
  readonly size: number;
};

export type Upload = {
  /** The content from its beginning, once more; each piece is valid until the next is asked for. */
  readonly body: () => AsyncIterable<Uint8Array>;
  /** Aborted by the caller's signal, when no byte has been taken for too long, or when the file is not what it was. */
  readonly signal: AbortSignal;
  /** Bytes the connection has taken. */
  readonly sent: () => number;
  /** SHA-512 of what was sent, in lower case hexadecimal, when all of it was and `sums` was asked for. */
  readonly sha512: () => string | undefined;
  readonly end: () => void;
};

/** The content on its way once. */
type Sending = { sent: number; sha512: string | undefined };

/**
 * A file as a body that can be sent again: constant memory, progress as the connection takes it, and an end to a connection
 * that takes nothing any more (undici limits the wait for an answer, not the sending).
 */
export function uploadOf(
  { path, size }: FileContent,
  options: {
    readonly signal: AbortSignal;
    readonly stallMs: number;
    readonly sums: boolean;
    readonly onProgress: (sent: number) => void;
  },
): Upload {
  const ended = new AbortController();
  let latest: Sending = { sent: 0, sha512: undefined };
  let timer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    const { sent } = latest;
    if (sent >= size) return; // now the service works; its answer has its own limit
    timer = setTimeout(() => {
      ended.abort(
        new PublishError(
          'publish.network',
          `The service has taken nothing for ${options.stallMs / 1000} s, ${sent} bytes after the beginning. Check the network and the service's storage.`,
          { details: { retry: true, sent } },
        ),
      );
    }, options.stallMs);
  };
  return {
    body: async function* () {
      // The one before may not have been let go yet: after a refusal its last piece is still waited for.
      const own: Sending = { sent: 0, sha512: undefined };
      latest = own;
      const hash = options.sums ? createHash('sha512') : undefined;
      watch();
      try {
        for await (const chunk of fileChunks(path)) {
          own.sent += chunk.length;
          if (own.sent > size) break;
          hash?.update(chunk);
          // Nobody need ask for what comes after the last byte.
          if (own.sent === size) own.sha512 = hash?.digest('hex');
          if (own === latest) {
            options.onProgress(own.sent);
            watch();
          }
          yield chunk;
        }
      } catch (error) {
        ended.abort((await whyChanged(path, { size })) ?? aboutFile(error, path));
        throw error;
      }
      if (own.sent !== size) ended.abort(await changedLength(path, { size }));
    },
    signal: AbortSignal.any([options.signal, ended.signal]),
    sent: () => latest.sent,
    sha512: () => latest.sha512,
    end: () => clearTimeout(timer),
  };
}
