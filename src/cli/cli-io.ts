import { once } from 'node:events';
import type { Interface } from 'node:readline/promises';
import { CancelledError, HostError, KilnError } from '../foundation/errors.ts';
import { asKilnError } from '../foundation/system-error.ts';
import { type DetachedProcess, startDetached } from '../process/start-detached.ts';
import { endProcess } from './end-process.ts';
import { type Output, outputOn } from './output.ts';

/** What a signal listener is put on: `process`, or an EventEmitter in tests. */
export type SignalSource = {
  on(event: NodeJS.Signals, listener: () => void): unknown;
  off(event: NodeJS.Signals, listener: () => void): unknown;
};

/** Listens until the returned function is called. */
export type Keyboard = (onKeys: (keys: Uint8Array) => void) => () => void;

export type StartAgain = {
  /** Another command line than this one. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly output: string;
  readonly errors: string;
};

/** Everything of the process that commands may touch; made once in main.ts. */
export type CliIo = {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Folder of package.json, vm-templates/ and install_scripts/. */
  readonly projectDir: string;
  readonly signals: SignalSource;
  /** Asks the person at the terminal; absent when there is none. Rejects when the signal aborts. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string>;
  /** The terminal's keys as they are typed, none of them meant for the terminal itself; absent when there is no terminal. */
  readonly keyboard?: Keyboard;
  /** Starts this program once more, with this very command line unless told another, apart from the terminal, with these variables added. */
  readonly startAgain: (options: StartAgain) => Promise<DetachedProcess>;
  /** Ends the process at once; only for a user who asks a second time. */
  readonly exit: (code: number) => void;
};

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await Promise.race([terminal.question(question, { signal }), closed(terminal)]);
  } finally {
    terminal.close();
  }
}

/** Ctrl-D, or a terminal that is gone: the question itself would wait for ever. */
async function closed(terminal: Interface): Promise<never> {
  await once(terminal, 'close');
  throw new CancelledError('The terminal was closed.');
}

const rawKeyboard: Keyboard = (onKeys) => {
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.on('data', onKeys);
  stdin.resume();
  return () => {
    stdin.off('data', onKeys);
    stdin.setRawMode(false);
    stdin.pause();
  };
};

function startAgain({ env, output, errors, ...other }: StartAgain): Promise<DetachedProcess> {
  const [, program = '', ...words] = process.argv;
  const args = [...process.execArgv, program, ...(other.args ?? words)];
  const options = { cwd: process.cwd(), env: { ...process.env, ...env }, output, errors };
  return startDetached(process.execPath, args, options);
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new HostError(
      'host.bad-path',
      'The current folder does not exist any more. Change to another (cd).',
      { cause },
    );
  }
}

/** The real thing. A write error other than a closed reader (a full disk behind `>`) ends the program with code 3. */
export function systemIo(projectDir: string): CliIo {
  const fail = (error: Error): void => {
    process.exitCode = 3;
    const known = asKilnError(Object.assign(error, { path: 'Standard output' }));
    const text = known instanceof KilnError ? `[${known.code}]: ${known.message}` : error.message;
    if (!process.stderr.destroyed) process.stderr.write(`error ${text}\n`);
  };
  return {
    out: outputOn(process.stdout, process.env, fail),
    err: outputOn(process.stderr, process.env, () => {}),
    env: process.env,
    // Looked up when it is asked for: what needs no folder works without one.
    get cwd() {
      return currentFolder();
    },
    projectDir,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askOnTerminal } : {}),
    ...(process.stdin.isTTY ? { keyboard: rawKeyboard } : {}),
    startAgain,
    signals: process,
    exit: endProcess,
  };
}
