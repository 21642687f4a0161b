import { MediaError } from '../foundation/errors.ts';
import { publicUrl } from '../foundation/public-url.ts';
import { formatSize } from '../foundation/size.ts';

/** For a small file, read whole, of which the server sends more than such files ever have: what it sends may have no end. */
export function tooLarge(url: string, limit: number): MediaError {
  return new MediaError(
    'media.download',
    `${publicUrl(url)} cannot be fetched: the server sends more than ${formatSize(limit)}, which is too much for such a file. Check the address.`,
    { details: { limit } },
  );
}
