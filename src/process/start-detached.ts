import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

export type DetachedProcess = {
  readonly pid: number;
  /** Resolves with the exit code when it ends while this process still lives; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** This process may end before it. */
  forget(): void;
};

export type DetachOptions = {
  readonly cwd: string;
  /** The whole environment: it goes on with the caller's own work. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files for its standard output and standard error. */
  readonly output: string;
  readonly errors: string;
};

/**
 * Starts a program in a session of its own (setsid(2)): no terminal, so that neither its hang-up nor a Ctrl-C in it reaches the program.
 * @throws Error when it cannot be started
 */
export async function startDetached(
  file: string,
  args: readonly string[],
  { cwd, env, output, errors }: DetachOptions,
): Promise<DetachedProcess> {
  const files = [output, errors].map((path) => openSync(path, 'a', 0o600));
  const [out = 'ignore', err = 'ignore'] = files;
  try {
    const child = spawn(file, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', out, err] });
    const ended = new Promise<number | null>((settle) => child.once('exit', settle));
    await once(child, 'spawn');
    if (child.pid === undefined) throw new Error(`${file} has no process id`);
    return { pid: child.pid, ended, forget: () => child.unref() };
  } finally {
    for (const one of files) closeSync(one);
  }
}
