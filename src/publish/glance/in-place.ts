import { CancelledError, PublishError } from '../../foundation/errors.ts';
import type { GlanceImage } from './glance-api.ts';

/** What to throw when an image is whole and has its name, and what was to happen to older ones failed: the reason, and that. */
export function inPlace(
  error: unknown,
  { id, name }: Pick<GlanceImage, 'id' | 'name'>,
  signal: AbortSignal,
): unknown {
  const sentence = `Image ${id} is in place as "${name}" all the same; the same command again does with older ones what is left to do.`;
  if (signal.aborted)
    return new CancelledError(`The publication was cancelled. ${sentence}`, {
      cause: error,
      details: { published: id },
    });
  if (!(error instanceof PublishError)) return error;
  return new PublishError(error.code, `${error.message} ${sentence}`, {
    cause: error,
    details: { ...error.details, published: id },
  });
}

/** Whether a step below has said that of its image. */
export function isInPlace(error: unknown): boolean {
  const isOurs = error instanceof PublishError || error instanceof CancelledError;
  return isOurs && error.details.published !== undefined;
}
