import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PART_KINDS } from '../artifact/artifact.ts';
import type { LocalBoot } from '../disk/local-boot.ts';
import { type ExtractedFile, extractPartitionImage } from '../disk/partition-image.ts';
import { digestFile } from '../foundation/digest-file.ts';
import { SpecError } from '../foundation/errors.ts';
import { bytes } from '../foundation/size.ts';
import { qemuImg } from '../qemu-img/qemu-img.ts';
import { type ImageSource, imageChanged } from './image-source.ts';
import { makePartFolder } from './part-folder.ts';
import type { PublishContext } from './publication.ts';
import type { SummedSource } from './summed-source.ts';

/** A whole-disk image taken apart for bare metal: three files that become three images. */
export type PartitionSource = {
  /** qcow2 with the root file system; `imageKind` is `partition`. */
  readonly root: SummedSource;
  readonly kernel: ExtractedFile;
  readonly initrd: ExtractedFile;
  /** undefined for parts that a build made. */
  readonly localBoot?: LocalBoot;
};

/**
 * The parts that the build made, or else root file system, kernel and initrd out of a whole-disk image, in a folder beside it that is gone
 * afterwards. The same disk gives the same bytes each time, so that publishing it again finds it there.
 * @throws SpecError `options.invalid`; DiskError `disk.no-root`, `disk.no-kernel`; CancelledError
 */
export async function withPartitionSource<T>(
  source: ImageSource,
  context: PublishContext,
  use: (parts: PartitionSource) => Promise<T>,
): Promise<T> {
  const built = await builtParts(source);
  if (built !== undefined) return use(built);
  if (source.imageKind !== 'whole-disk') {
    throw new SpecError(
      'options.invalid',
      `${source.path} is a partition image whose kernel and initrd are not there; publish the folder of its build, or the whole disk.`,
    );
  }
  const folder = await makePartFolder(dirname(source.path));
  try {
    return await use(await takeApart(source, folder, context));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A build with `kind=partition` among its outputs has them all, and their sums. */
async function builtParts(source: ImageSource): Promise<PartitionSource | undefined> {
  const outputs = source.manifest?.outputs ?? [];
  const [root, kernel, initrd] = (['partition', ...PART_KINDS] as const).map((kind) =>
    outputs.find(({ imageKind }) => imageKind === kind),
  );
  if (root === undefined || kernel === undefined || initrd === undefined) return undefined;
  const folder = dirname(source.path);
  for (const { file, size } of [root, kernel, initrd]) {
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== size) throw imageChanged(path);
  }
  const fileOf = ({ file, size, sha512 }: typeof kernel): ExtractedFile => ({
    path: join(folder, file),
    size: bytes(size),
    sha512,
  });
  const { format, virtualSize, sha256 } = root;
  const image = { format, virtualSize: bytes(virtualSize), sha256, imageKind: 'partition' } as const;
  return { root: { ...source, ...fileOf(root), ...image }, kernel: fileOf(kernel), initrd: fileOf(initrd) };
}

async function takeApart(
  source: ImageSource,
  folder: string,
  { logger, signal, onProgress }: PublishContext,
): Promise<PartitionSource> {
  const tool = qemuImg({ logger });
  const disk = source.format === 'raw' ? source.path : join(folder, 'disk.img');
  onProgress('taking root file system, kernel and initrd out of the image');
  if (source.format !== 'raw') {
    await tool.convert({ source, target: { path: disk, format: 'raw' } }, { signal });
  }
  const parts = join(folder, 'parts');
  await mkdir(parts);
  const { root, kernel, initrd, localBoot } = await extractPartitionImage(disk, parts, signal, source.path);
  const path = join(folder, 'root.qcow2');
  // Written in order, since clusters in the order they happen to be ready would be another file each time.
  await tool.convert(
    {
      source: { path: root.path, format: 'raw' },
      target: { path, format: 'qcow2' },
      options: { compat: '1.1' },
      compress: true,
    },
    { signal },
  );
  const [{ size }, sha512] = await Promise.all([stat(path), digestFile(path, 'sha512', signal)]);
  const { sha256: _whole, ...rest } = source;
  return {
    root: {
      ...rest,
      path,
      format: 'qcow2',
      imageKind: 'partition',
      size: bytes(size),
      virtualSize: root.size,
      sha512,
    },
    kernel,
    initrd,
    localBoot,
  };
}
