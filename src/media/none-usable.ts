import { MediaError } from '../foundation/errors.ts';

/** Why each of several media is passed over; named without credentials. */
export function noneUsable(
  reasons: readonly { readonly source: string; readonly reason: string }[],
): MediaError {
  const lines = reasons.map(({ source, reason }) => `  ${source}: ${reason}`);
  return new MediaError(
    'media.none-usable',
    reasons.length === 0
      ? 'No install media are named; use --cdrom, --location or --import.'
      : `None of the install media can be used:\n${lines.join('\n')}`,
    { details: { reasons } },
  );
}
