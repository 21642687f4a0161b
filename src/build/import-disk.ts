import { dirname } from 'node:path';
import { inspectImage } from '../disk/image-kind.ts';
import { modificationTime } from '../disk/modification-time.ts';
import { DiskError, SpecError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import { writeFile } from '../foundation/write-file.ts';
import { requireSpace } from '../host/free-space.ts';
import type { ResolvedImport } from '../media/install-media.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';
import { type QemuImg, qemuImg } from '../qemu-img/qemu-img.ts';
import type { ImageRef } from '../qemu-img/qemu-img-arguments.ts';
import { growDisk } from './grow-disk.ts';

/** The disk came with its system on it. */
export type ImportedDisk = { readonly kind: 'imported'; readonly format: DiskFormat };

export type ImportOptions = {
  /** The user's image; only read. */
  readonly image: Pick<ResolvedImport, 'diskPath' | 'writtenAt'>;
  /** The build's own raw disk, made here. */
  readonly disk: string;
  /** Bytes the disk is to have; undefined for as many as the image has. */
  readonly sizeBytes: number | undefined;
  readonly signal: AbortSignal;
  /** Told the part copied, 0 to 1. */
  readonly onProgress: (part: number) => void;
};

/**
 * Copies an image into the build's disk and enlarges it when asked to; partitions stay as they are. The image is checked first:
 * one that could reach other files of this host is refused before anything reads it.
 * @throws DiskError of `inspectImage`, `disk.corrupt` for tables that contradict each other, `disk.locked` while a machine runs on it, `disk.changed` when it was written to since its checksum
 *   was made; SpecError `spec.disk-too-small`;
 *   HostError `host.no-space`; CancelledError
 */
export async function importDisk(options: ImportOptions): Promise<ImportedDisk> {
  const { disk, sizeBytes, signal, onProgress } = options;
  const { diskPath: image, writtenAt } = options.image;
  const tool = qemuImg();
  const { format, virtualSize } = await refuseSmallerDisk(image, sizeBytes, signal);
  const source = { path: image, format };
  await refuseCorrupt(tool, source, signal);
  await requireSpace(dirname(disk), await contentSize(tool, source, signal), 'a copy of the image');
  await writeFile(disk, '', { mode: 0o600 });
  await tool.convert(
    { source, target: { path: disk, format: 'raw' }, outOfOrder: true },
    { signal, onProgress },
  );
  if (String(await modificationTime(image)) !== writtenAt) throw changed(image);
  if (sizeBytes !== undefined && sizeBytes > virtualSize) await growDisk(disk, sizeBytes);
  return { kind: 'imported', format };
}

/** @throws SpecError `spec.disk-too-small`; DiskError of `inspectImage` */
export async function refuseSmallerDisk(
  image: string,
  sizeBytes: number | undefined,
  signal: AbortSignal,
): Promise<{ readonly format: DiskFormat; readonly virtualSize: number }> {
  const { format, virtualSize } = await inspectImage(qemuImg(), image, signal);
  if (sizeBytes !== undefined && sizeBytes < virtualSize) throw tooSmall(image, virtualSize, sizeBytes);
  return { format, virtualSize };
}

/** Reads the image's tables alone, not its content. */
async function refuseCorrupt(tool: QemuImg, image: ImageRef, signal: AbortSignal): Promise<void> {
  const { result } = await tool.check(image, { signal });
  if (result !== 'corrupt') return;
  throw new DiskError(
    'disk.corrupt',
    `${image.path} is damaged: its tables contradict each other (qemu-img check). Take a good copy, or mend one with \`qemu-img check -r all\`.`,
    { details: { path: image.path } },
  );
}

/** What a sparse raw copy takes; `qemu-img measure` counts holes as well. */
async function contentSize(tool: QemuImg, image: ImageRef, signal: AbortSignal): Promise<number> {
  const extents = await tool.map(image, { signal });
  return extents.reduce((sum, { data, length }) => (data ? sum + length : sum), 0);
}

function changed(image: string): DiskError {
  return new DiskError(
    'disk.changed',
    `${image} was written to while it was being read, so the copy may be neither the old image nor the new one; import it again when nothing uses it.`,
    { details: { path: image } },
  );
}

function tooSmall(image: string, virtualSize: number, wanted: number): SpecError {
  return new SpecError(
    'spec.disk-too-small',
    `The disk in ${image} has ${formatSize(virtualSize)} (${virtualSize} bytes), and the build's is to have ${formatSize(wanted)}, which ` +
      'would cut its end off. Leave the size of the disk out to keep it as it is, or ask for a larger one.',
    { details: { image, virtualSize, wanted } },
  );
}
