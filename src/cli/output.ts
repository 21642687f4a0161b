import { ciFilter } from './ci-filter.ts';
import { ciService } from './ci-service.ts';

/** One of the two streams a command writes to. Writing never throws: a reader that went away is not our failure. */
export type Output = {
  /** In the log of a CI service nothing in it is taken for one of its commands. */
  write(text: string): void;
  /** As it is: Kiln's own commands to a CI service, a guest's console that was given the terminal. */
  writeRaw(text: string): void;
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
  const ci = ciService(env);
  const harmless = ci === undefined ? (text: string) => text : ciFilter(ci);
  const writeRaw = (text: string): void => {
    if (!closing.signal.aborted) stream.write(text);
  };
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!READER_GONE.has(error.code ?? '')) onFailure(error);
    closing.abort();
  });
  return {
    stream,
    isTerminal,
    colours: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    closed: closing.signal,
    write: (text) => writeRaw(harmless(text)),
    writeRaw,
    flush: () =>
      new Promise((resolve) => {
        if (closing.signal.aborted) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
