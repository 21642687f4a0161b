import type { Logger } from '../foundation/logger.ts';
import type { Output } from './output.ts';
import { safeLine } from './safe-text.ts';

/** What modules tell a developer: warnings always, the rest with `--verbose`; on standard error. */
export function cliLogger(err: Output, verbose: boolean): Logger {
  const line =
    (level: string) =>
    (message: string): void =>
      err.write(`${level}: ${safeLine(message)}\n`);
  const silent = (): void => {};
  return {
    debug: verbose ? line('debug') : silent,
    info: verbose ? line('info') : silent,
    warn: line('warning'),
  };
}
