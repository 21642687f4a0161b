import { type Output, outputOn } from './output.ts';

/** What a signal listener is put on: `process`, or an EventEmitter in tests. */
export type SignalSource = {
  on(event: NodeJS.Signals, listener: () => void): unknown;
  off(event: NodeJS.Signals, listener: () => void): unknown;
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
  /** Ends the process at once; only for a user who asks a second time. */
  readonly exit: (code: number) => void;
};

/** The real thing. A write error other than a closed reader (a full disk behind `>`) ends the program with code 3. */
export function systemIo(projectDir: string): CliIo {
  const fail = (error: Error): void => {
    process.exitCode = 3;
    if (!process.stderr.destroyed) process.stderr.write(`kiln: cannot write output: ${error.message}\n`);
  };
  return {
    out: outputOn(process.stdout, process.env, fail),
    err: outputOn(process.stderr, process.env, () => {}),
    env: process.env,
    cwd: process.cwd(),
    projectDir,
    signals: process,
    exit: (code) => process.exit(code),
  };
}
