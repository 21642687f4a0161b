import type { ChildProcess } from 'node:child_process';
import type { ExecaError } from 'execa';
import { CancelledError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';

/** A tool ended badly, could not be started, or ran into its time limit. Always the `cause` of a KilnError. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly tool: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** The executable is not installed or not on PATH (ENOENT). */
  readonly notFound: boolean;
  readonly stdout: string;
  readonly stderr: string;

  constructor(tool: string, error: ExecaError) {
    const lastLines = String(error.stderr ?? '')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n');
    super(`${error.shortMessage}${lastLines ? `\n${lastLines}` : ''}`, { cause: error });
    this.tool = tool;
    this.exitCode = error.exitCode;
    this.signal = error.signal;
    this.timedOut = error.timedOut;
    this.notFound = error.code === 'ENOENT';
    this.stdout = String(error.stdout ?? '');
    this.stderr = String(error.stderr ?? '');
  }
}

export type RunOptions = {
  readonly cwd?: string;
  /** Added to the allow-listed environment below. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Called for each line of standard output as it comes; a carriage return ends one too, as in progress displays. */
  readonly onLine?: (line: string) => void;
};

export type CommandResult = { readonly stdout: string; readonly stderr: string };

/** What tools may see of our environment: enough to find programs, folders, proxies and certificates, nothing that may be secret. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_.+|https?_proxy|no_proxy|ftp_proxy|SSL_CERT_(FILE|DIR)|DBUS_SESSION_BUS_ADDRESS)$/i;

export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    ([name, value]) => PASSED_ON.test(name) && value !== undefined,
  );
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    ...extra,
  };
}

/** A command as one could paste it into a shell; for logs only, nothing is ever run through a shell. */
export function quoteCommand(file: string, args: readonly string[]): string {
  return [file, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

async function eachLine(stream: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }
  if (rest !== '') onLine(rest);
}

/** A killed program's last words are in the pipe already; this is the time to read them. */
const LAST_WORDS_MS = 500;

function dropOutput({ stdout, stderr }: Pick<ChildProcess, 'stdout' | 'stderr'>): void {
  stdout?.destroy();
  stderr?.destroy();
}

/**
 * Runs a program with an argument array, no shell, the locale C.UTF-8.
 * @throws CommandError, or CancelledError when the signal ended it
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  options.logger?.debug(`$ ${quoteCommand(file, args)}`);
  // Its hundred modules are for commands that run a program.
  const { execa } = await import('execa');
  try {
    const child = execa(file, [...args], {
      env: childEnvironment(options.env),
      extendEnv: false,
      stdin: options.input === undefined ? 'ignore' : 'pipe',
      forceKillAfterDelay: 2000,
      maxBuffer: 256 * 2 ** 20,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    // A program that was killed may leave children that hold its output open; what has come by then is all.
    child.once('exit', () => {
      if (child.killed) setTimeout(() => dropOutput(child), LAST_WORDS_MS).unref();
    });
    if (options.onLine) await eachLine(child.stdout, options.onLine);
    const { stdout, stderr } = await child;
    return { stdout, stderr };
  } catch (error) {
    const failure = error as ExecaError;
    if (failure.isCanceled) throw new CancelledError(`${file} was cancelled.`, { cause: error });
    throw new CommandError(file, failure);
  }
}
