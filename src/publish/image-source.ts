import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Manifest, manifestSchema } from '../artifact/manifest-schema.ts';
import { inspectImage } from '../disk/image-kind.ts';
import { DiskError, SpecError } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { readTextIfThere, whyNoFile } from '../foundation/read-regular-file.ts';
import { MANIFEST_FILE } from '../foundation/result-files.ts';
import { type Bytes, bytes } from '../foundation/size.ts';
import { DISK_FORMATS, type DiskFormat, formatWord } from '../qemu-img/disk-format.ts';
import { qemuImg } from '../qemu-img/qemu-img.ts';
import { requireRawDisk, requireWhole } from './require-disk.ts';

/** An image about to be published, looked at and found safe. */
export type ImageSource = {
  /** Absolute. */
  readonly path: string;
  /** What it is called when nobody says otherwise. */
  readonly name: string;
  readonly format: DiskFormat;
  readonly imageKind: 'whole-disk' | 'partition';
  /** Length of the file. */
  readonly size: Bytes;
  readonly virtualSize: Bytes;
  /** Lower case hexadecimal, from the manifest; otherwise whoever needs it beforehand has it `summed`. */
  readonly sha512?: string;
  readonly sha256?: string;
  /** What Glance says the image wants, for one without a manifest. */
  readonly firmware?: 'bios' | 'uefi';
  /** Where it was built by Kiln and its manifest is there. */
  readonly manifest?: Manifest;
};

export type SourceOptions = {
  readonly cwd: string;
  /** Which of a build's images; also what a lone image must be. */
  readonly format?: DiskFormat;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
};

type Output = Manifest['outputs'][number];

/** Services take these more readily than others. */
export const PREFERRED_FORMATS: readonly DiskFormat[] = ['qcow2', 'raw'];

/**
 * Finds the image that a folder, a manifest or a file stands for, and refuses what no service should get: an image that needs another
 * file, is encrypted, has internal snapshots, is of another format than it says, or failed a check of its build.
 * @throws SpecError `publish.no-image`; DiskError `disk.backing-file`, `disk.external-data`, `disk.encrypted`, `disk.snapshots`,
 *   `disk.packed`, `disk.not-a-disk`, `disk.wrong-format`, `disk.changed`, `disk.not-bootable` …
 */
export async function readImageSource(what: string, options: SourceOptions): Promise<ImageSource> {
  const given = resolve(options.cwd, what);
  const { path, manifest, output } = await locate(given, options.format);
  refuseFailed(manifest);
  await requireFile(path);
  const { size } = await stat(path);
  if (output !== undefined && output.size !== size) throw imageChanged(path);
  const tool = qemuImg(options.logger ? { logger: options.logger } : {});
  const info = await inspectImage(tool, path, options.signal);
  const declared = options.format ?? output?.format;
  if (declared !== undefined && declared !== info.format) throw wrongFormat(path, declared, info.format);
  // What a build made was looked at by the build.
  if (output === undefined) {
    if (info.format === 'raw') await requireRawDisk(path);
    else await requireWhole(tool, { path, format: info.format }, options.signal);
  }
  return {
    path,
    name: manifest?.name ?? basename(path).replace(/\.[^.]+$/, ''),
    format: info.format,
    imageKind: diskKind(path, output),
    size: bytes(size),
    virtualSize: info.virtualSize,
    ...(output === undefined ? {} : { sha512: output.sha512, sha256: output.sha256 }),
    ...(manifest === undefined ? {} : { manifest }),
  };
}

type Located = {
  readonly path: string;
  readonly manifest?: Manifest | undefined;
  readonly output?: Output | undefined;
};

async function locate(given: string, format: DiskFormat | undefined): Promise<Located> {
  if (await isDirectory(given)) return ofManifest(join(given, MANIFEST_FILE), format);
  await requireFile(given);
  if (basename(given).endsWith('.json')) return ofManifest(given, format);
  const beside = await readManifest(join(dirname(given), MANIFEST_FILE));
  const output = beside?.outputs.find(({ file }) => file === basename(given));
  return output === undefined ? { path: given } : { path: given, manifest: beside, output };
}

/** A link to nothing and a path through a file are no folders either; `requireFile` says what they are. */
const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function requireFile(path: string): Promise<void> {
  const why = await whyNoFile(path);
  if (why === undefined) return;
  throw new SpecError(
    'publish.no-image',
    `${path} ${why}, so it cannot be published. Name a build, its folder, its manifest or an image.`,
  );
}

async function ofManifest(path: string, format: DiskFormat | undefined): Promise<Located> {
  const manifest = await readManifest(path);
  if (manifest === undefined) {
    throw new SpecError(
      'publish.no-image',
      `${path} does not exist; name a folder that a build filled, its manifest or an image.`,
    );
  }
  const output = chooseOutput(manifest.outputs, format);
  if (output === undefined) {
    throw new SpecError('publish.no-image', `${path} ${whyNone(manifest, format)}`);
  }
  return { path: join(dirname(path), output.file), manifest, output };
}

function whyNone({ outputs }: Manifest, format: DiskFormat | undefined): string {
  const images = outputs.filter(({ imageKind }) => imageKind === 'whole-disk' || imageKind === 'partition');
  if (images.length === 0) {
    const parts = outputs.map(({ file, imageKind }) => `${file} (${imageKind})`).join(', ') || 'nothing';
    return `names no image of a disk or a partition, only ${parts}. Name another build, or an image.`;
  }
  const there = images.map((one) => formatWord(one.format)).join(', ');
  const wanted = format && formatWord(format);
  return `has no ${wanted} image, only ${there}; choose one of these, or build with --format ${wanted}.`;
}

/** A build's whole disk goes before its partition image; kernel and initrd are published with the latter alone. */
export function chooseOutput<O extends Pick<Output, 'format' | 'imageKind'>>(
  all: readonly O[],
  format: DiskFormat | undefined,
): O | undefined {
  const ofKind = (kind: Output['imageKind']) => all.filter(({ imageKind }) => imageKind === kind);
  const outputs = [...ofKind('whole-disk'), ...ofKind('partition')];
  if (format !== undefined) return outputs.find((output) => output.format === format);
  const preferred = PREFERRED_FORMATS.flatMap((wanted) =>
    outputs.filter((output) => output.format === wanted),
  );
  return preferred[0] ?? outputs[0];
}

function diskKind(path: string, output: Output | undefined): ImageSource['imageKind'] {
  const { imageKind = 'whole-disk' } = output ?? {};
  if (imageKind === 'whole-disk' || imageKind === 'partition') return imageKind;
  throw new SpecError(
    'publish.no-image',
    `${path} is the ${imageKind} of a partition image; publish its build's folder with --partition-image.`,
  );
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  const text = await readTextIfThere(
    path,
    (why, cause) => new SpecError('manifest.invalid', `${path} ${why}; name the image itself.`, { cause }),
  );
  if (text === undefined) return undefined;
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new SpecError(
    'manifest.invalid',
    `${path} is not a manifest of this version of Kiln; name the image itself.`,
    {
      cause: parsed.error,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema complains
  }
}

/** A build ends when a check fails; a manifest that says otherwise was put together by something else, and is taken at its word. */
function refuseFailed(manifest: Manifest | undefined): void {
  const failed = manifest?.verification.checks.find(({ result }) => result === 'fail');
  if (failed === undefined) return;
  throw new DiskError(
    'disk.not-bootable',
    `The image of ${manifest?.name} failed the check "${failed.name}" (${failed.sentence}), so it is not published. Build it again.`,
    { details: { check: failed.name } },
  );
}

export function imageChanged(path: string): DiskError {
  return new DiskError(
    'disk.changed',
    `${path} is not as long as its manifest says, so it is not what was built and checked. Build it again.`,
    {
      details: { path },
    },
  );
}

function wrongFormat(path: string, declared: DiskFormat, found: DiskFormat): DiskError {
  const [said, is] = [declared, found].map(formatWord);
  return new DiskError(
    'disk.wrong-format',
    `${path} is said to be ${said}, but its content is ${is}. Nothing was sent: a service that believes the one and boots the other can be made to read foreign files. Say --format ${is} if that is what you mean.`,
    { details: { path, declared, found } },
  );
}

export { DISK_FORMATS };
