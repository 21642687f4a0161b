import { KilnError } from '../foundation/errors.ts';

/** `--json`'s last line where publishing, or asking whether it would work, has failed. */
export function publishFailure(error: unknown): {
  readonly type: 'publish-failed';
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
} {
  const type = 'publish-failed';
  if (error instanceof KilnError)
    return { type, code: error.code, message: error.message, details: error.details };
  return {
    type,
    code: 'internal',
    message: error instanceof Error ? error.message : String(error),
    details: {},
  };
}
