/** One of the two streams a command writes to. Writing never throws: a reader that went away is not our failure. */
export type Output = {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** The stream itself, for listr2. */
  readonly stream: NodeJS.WriteStream;
  /** Aborted once the reader is gone (`kiln builds list | head`, a closed terminal). */
  readonly closed: AbortSignal;
  /** Resolves when what was written has left the process. */
  flush(): Promise<void>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Errors that only say that nobody reads any more: closed pipe, terminal hung up, stream already destroyed. */
const READER_GONE = new Set([
  'EPIPE',
  'EIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * Wraps a standard stream. After the reader has gone, text is dropped and the work goes on: a build's result is in its folder.
 * @param onFailure is told of write errors that mean something else, such as a full disk behind `> file`
 */
export function outputOn(
  stream: NodeJS.WriteStream,
  env: Environment,
  onFailure: (error: Error) => void,
): Output {
  const closing = new AbortController();
  const isTerminal = stream.isTTY === true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!READER_GONE.has(error.code ?? '')) onFailure(error);
    closing.abort();
  });
  return {
    stream,
    isTerminal,
    colours: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    closed: closing.signal,
    write: (text) => {
      if (!closing.signal.aborted) stream.write(text);
    },
    flush: () =>
      new Promise((resolve) => {
        if (closing.signal.aborted) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
