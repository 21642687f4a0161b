import { MediaError } from '../foundation/errors.ts';
import { refusePin } from './check-pin.ts';
import type { MediaFacts, MediaSource } from './install-media.ts';

/** A PC of 64 bits boots media for 32 bits as well; `x86_64_v2` is AlmaLinux's name of a build for older CPUs. */
const ARCHITECTURES: Readonly<Record<string, RegExp>> = { x86_64: /^(x86_64(_v\d)?|i[3-6]86)$/ };

/** @throws MediaError `media.wrong-arch` (details: arch, wanted) */
export function requireArch(arch: string | undefined, wanted: string | undefined, name: string): void {
  if (arch === undefined || wanted === undefined) return;
  if (ARCHITECTURES[wanted]?.test(arch) ?? arch === wanted) return;
  throw new MediaError(
    'media.wrong-arch',
    `${name} installs a system for ${arch}, and the guest is ${wanted}. Name media for ${wanted}.`,
    { details: { arch, wanted } },
  );
}

/** @throws MediaError `media.not-bootable` */
export function requireBootable({ boots }: Pick<MediaFacts, 'boots'>, name: string): void {
  if (boots.bios || boots.uefi) return;
  throw new MediaError(
    'media.not-bootable',
    `${name} is an ISO image that no firmware can boot (it has no El Torito boot catalogue). Name an installer ISO, or use ` +
      '--location if it holds an install tree.',
  );
}

/** A folder can only be an install tree. @throws MediaError `media.not-iso`, `media.unsupported` with a pin */
export function requireTree(folder: string, source: MediaSource): void {
  if (source.kind !== 'location') {
    const instead =
      source.kind === 'import' ? 'name the disk image in it' : 'use --location for an install tree';
    throw new MediaError('media.not-iso', `${folder} is a folder; ${instead}.`);
  }
  refusePin(folder, source);
}
