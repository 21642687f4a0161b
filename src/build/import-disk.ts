import { truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inspectImage } from '../disk/image-kind.ts';
import { SpecError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import { requireSpace } from '../host/free-space.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';
import { type QemuImg, qemuImg } from '../qemu-img/qemu-img.ts';
import type { ImageRef } from '../qemu-img/qemu-img-arguments.ts';

/** The disk came with its system on it. */
export type ImportedDisk = { readonly kind: 'imported'; readonly format: DiskFormat };

export type ImportOptions = {
  /** The user's image; only read. */
  readonly image: string;
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
 * @throws DiskError of `inspectImage`, `disk.locked` while a machine runs on it; SpecError `spec.disk-too-small`;
 *   HostError `host.no-space`; CancelledError
 */
export async function importDisk(options: ImportOptions): Promise<ImportedDisk> {
  const { image, disk, sizeBytes, signal, onProgress } = options;
  const tool = qemuImg();
  const { format, virtualSize } = await inspectImage(tool, image, signal);
  if (sizeBytes !== undefined && sizeBytes < virtualSize) throw tooSmall(image, virtualSize, sizeBytes);
  const source = { path: image, format };
  await requireSpace(dirname(disk), await contentSize(tool, source, signal), 'a copy of the image');
  await writeFile(disk, '', { mode: 0o600 });
  await tool.convert(
    { source, target: { path: disk, format: 'raw' }, outOfOrder: true },
    { signal, onProgress },
  );
  if (sizeBytes !== undefined && sizeBytes > virtualSize) await truncate(disk, sizeBytes);
  return { kind: 'imported', format };
}

/** What a sparse raw copy takes; `qemu-img measure` counts holes as well. */
async function contentSize(tool: QemuImg, image: ImageRef, signal: AbortSignal): Promise<number> {
  const extents = await tool.map(image, { signal });
  return extents.reduce((sum, { data, length }) => (data ? sum + length : sum), 0);
}

function tooSmall(image: string, virtualSize: number, wanted: number): SpecError {
  return new SpecError(
    'spec.disk-too-small',
    `The disk in ${image} has ${formatSize(virtualSize)} (${virtualSize} bytes), and the build's is to have ${formatSize(wanted)}, which ` +
      'would cut its end off. Leave the size of the disk out to keep it as it is, or ask for a larger one.',
    { details: { image, virtualSize, wanted } },
  );
}
