import { EXIT_CODES, KilnError } from '../foundation/errors.ts';

/** The words of `build-failed` for anything thrown. */
export function describeError(error: unknown): {
  code: string;
  exitCode: number;
  message: string;
  details: Readonly<Record<string, unknown>>;
} {
  if (error instanceof KilnError) {
    const { code, exitCode, message, details } = error;
    return { code, exitCode, message, details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', exitCode: EXIT_CODES.bug, message, details: {} };
}
