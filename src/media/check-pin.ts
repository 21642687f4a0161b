import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import type { MediaPin, MediaSource } from './install-media.ts';
import type { ListedChecksum } from './tree-info.ts';

/** @throws MediaError `media.checksum` (details: expected, got, where) when the file is not the one pinned or listed */
export async function checkPin(
  path: string,
  sha256: string,
  name: string,
  pin: MediaPin | undefined,
  signal?: AbortSignal,
  where?: string,
): Promise<void> {
  if (pin === undefined) return;
  const got = pin.algorithm === 'sha256' ? sha256 : await digestFile(path, pin.algorithm, signal);
  const expected = pin.digest.toLowerCase();
  if (got === expected) return;
  throw new MediaError(
    'media.checksum',
    `${name} is not the file that ${where === undefined ? 'is pinned' : `${where} lists`}: its ${pin.algorithm} is ${got}, expected ` +
      `${expected}. Fetch it again, or correct the checksum if the media were renewed on purpose.`,
    { details: { algorithm: pin.algorithm, expected, got, ...(where === undefined ? {} : { where }) } },
  );
}

/** @throws MediaError `media.checksum` (details: expected, got, where) when a file of the media is not the one they list */
export async function checkListed(
  path: string,
  name: string,
  media: string,
  listed: ListedChecksum | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (listed === undefined) return;
  const { algorithm, digest, where } = listed;
  const got = await digestFile(path, algorithm, signal);
  if (got === digest) return;
  throw new MediaError(
    'media.checksum',
    `${name} of ${media} is not the file that ${where} lists: its ${algorithm} is ${got}, expected ${digest}. The media are ` +
      'damaged or half renewed; fetch them again, or try another mirror.',
    { details: { algorithm, expected: digest, got, where } },
  );
}

/** @throws MediaError `media.unsupported` for a pin on media that are no single file */
export function refusePin(
  name: string,
  { pin, checksums, mirrors }: Pick<MediaSource, 'pin' | 'checksums' | 'mirrors'>,
): void {
  if (pin === undefined && checksums === undefined && mirrors === undefined) return;
  throw new MediaError(
    'media.unsupported',
    `${name} is an install tree of many files; checksums and mirrors are for an ISO or a disk image only. Remove them.`,
  );
}
