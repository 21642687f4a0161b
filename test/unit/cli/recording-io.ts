import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import type { CliIo } from '../../../src/cli/cli-io.ts';
import { outputOn } from '../../../src/cli/output.ts';

export type RecordingIo = CliIo & {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly signals: EventEmitter;
  readonly exits: number[];
};

/** A CliIo that keeps what is written; `terminal` makes both streams look like one. */
export function recordingIo(
  options: { terminal?: boolean; env?: Record<string, string>; cwd?: string } = {},
): RecordingIo {
  const env = options.env ?? {};
  const [out, err] = [recordedStream(options.terminal), recordedStream(options.terminal)];
  const signals = new EventEmitter();
  const exits: number[] = [];
  return {
    out: outputOn(out.stream, env, () => {}),
    err: outputOn(err.stream, env, () => {}),
    env,
    cwd: options.cwd ?? '/nowhere',
    projectDir: resolve(import.meta.dirname, '..', '..', '..'),
    signals,
    startAgain: () => Promise.reject(new Error('nothing is started in unit tests')),
    exits,
    exit: (code) => exits.push(code),
    stdout: out.text,
    stderr: err.text,
  };
}

function recordedStream(terminal = false): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  // A WriteStream in all that Output and listr2 ask of it.
  const writeStream = Object.assign(stream, { isTTY: terminal, columns: 100, rows: 40 });
  return { stream: writeStream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}
