import { CancelledError, PublishError } from '../../foundation/errors.ts';
import type { Logger } from '../../foundation/logger.ts';
import { sentence } from './service-error.ts';

export type Leftover = {
  /** `The unfinished image 5c1f` */
  readonly what: string;
  /** The command of the official client that removes it. */
  readonly command: string;
  readonly id: string;
};

/**
 * Says before it is tried what is to be taken back after Ctrl-C: a second one ends Kiln on the spot, and then nobody could name it any more.
 */
export function announce({ what, command }: Leftover, logger: Logger): void {
  logger.warn(`${what} is being taken back; should Kiln be ended before, \`${command}\` does it.`);
}

/**
 * What to throw after something begun has been taken back: the reason itself, and when taking back failed as well, the reason
 * with the leftover's name and the command that removes it.
 * @param around without a logger where it was announced already
 */
export async function afterCleanUp(
  thrown: unknown,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger?: Logger },
  leftover: Leftover,
  takeBack: () => Promise<unknown>,
): Promise<unknown> {
  const reason =
    signal.aborted && !(thrown instanceof CancelledError && namesOrphan(thrown))
      ? new CancelledError('The publication was cancelled.', { cause: thrown })
      : thrown;
  if (signal.aborted && logger !== undefined) announce(leftover, logger);
  try {
    await takeBack();
    return reason;
  } catch (cause) {
    const words = `${leftover.what} could not be taken back: ${whyNot(cause)} Do it with \`${leftover.command}\`.`;
    return naming(reason, leftover, words, cause);
  }
}

/** The service's own words, where there are any. */
export function whyNot(cause: unknown): string {
  const { words } = cause instanceof PublishError ? cause.details : {};
  if (typeof words === 'string' && words !== '') return sentence(words);
  return sentence(cause instanceof Error ? cause.message : String(cause));
}

/** The reason with a sentence about what stays, and the latter's name for programs. */
export function naming(
  reason: unknown,
  { id, command }: Leftover,
  sentence: string,
  cause: unknown = reason,
): CancelledError | PublishError {
  const words = reason instanceof Error ? reason.message : String(reason);
  const message = `${words} ${sentence}`;
  const details = { orphan: id, cleanUp: command };
  if (reason instanceof CancelledError) return new CancelledError(message, { cause, details });
  const code = reason instanceof PublishError ? reason.code : 'publish.service';
  return new PublishError(code, message, { cause, details });
}

/** A step below has said already what it left. */
export function namesOrphan(thrown: unknown): thrown is CancelledError | PublishError {
  const isOne = thrown instanceof CancelledError || thrown instanceof PublishError;
  return isOne && thrown.details.orphan !== undefined;
}
