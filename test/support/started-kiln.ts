import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { BuildSandbox } from './build-sandbox.ts';

export type StartedKiln = {
  readonly child: ChildProcess;
  /** Resolves when the output so far matches. */
  reached(sign: RegExp): Promise<void>;
  readonly output: () => string;
  /** Standard output alone. */
  readonly stdout: () => string;
  /** Resolves with the exit code. */
  ended(): Promise<number | null>;
};

/** The program itself as a child process, in the sandbox's places. `wrapper`: a program that runs it, with its arguments. */
export function startKiln(
  main: string,
  { context, folder }: BuildSandbox,
  args: readonly string[],
  wrap = (command: readonly string[]): readonly string[] => command,
): StartedKiln {
  const [file = '', ...words] = wrap([process.execPath, main, ...args]);
  const child = spawn(file, words, {
    cwd: folder,
    env: {
      ...process.env,
      KILN_CACHE_DIR: context.places.cache,
      KILN_STATE_DIR: context.places.state,
      KILN_RUNTIME_DIR: context.places.runtime,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const closed = once(child, 'close');
  let output = '';
  let stdout = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (stream === child.stdout) stdout += chunk.toString('utf8');
      for (const listener of listeners) listener();
    });
  }
  const reached = (sign: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!sign.test(output)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      void exit.then(() => {
        if (sign.test(output)) resolve();
        else reject(new Error(`it ended before ${sign}:\n${output}`));
      });
      look();
    });
  return {
    child,
    reached,
    output: () => output,
    stdout: () => stdout,
    ended: async () => {
      await closed;
      return child.exitCode;
    },
  };
}
