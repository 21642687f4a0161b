import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import type { MediaPin } from './install-media.ts';

/** @throws MediaError `media.checksum` (details: expected, got) when the file is not the one pinned */
export async function checkPin(
  path: string,
  sha256: string,
  name: string,
  pin: MediaPin | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (pin === undefined) return;
  const got = pin.algorithm === 'sha256' ? sha256 : await digestFile(path, pin.algorithm, signal);
  const expected = pin.digest.toLowerCase();
  if (got === expected) return;
  throw new MediaError(
    'media.checksum',
    `${name} is not the file that is pinned: its ${pin.algorithm} is ${got}, expected ${expected}. Fetch it again, or ` +
      'correct the checksum if the media were renewed on purpose.',
    { details: { algorithm: pin.algorithm, expected, got } },
  );
}

/** @throws MediaError `media.unsupported` for a pin on media that are no single file */
export function refusePin(name: string, pin: MediaPin | undefined): void {
  if (pin === undefined) return;
  throw new MediaError(
    'media.unsupported',
    `${name} is an install tree of many files; a checksum can pin an ISO or a disk image only. Remove it.`,
  );
}
