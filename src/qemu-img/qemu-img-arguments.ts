import { resolve } from 'node:path';
import type { DiskFormat } from './disk-format.ts';

/** An image file and the format it is to be read as; never left to qemu-img's guess (CVE-2008-2004 and its like). */
export type ImageRef = { readonly path: string; readonly format: DiskFormat };

export type ReadOptions = {
  /** Read although another process holds the write lock (`-U`); what is read is only stable if nobody writes. */
  readonly shareLock?: boolean;
};

export type CreateOptions = ImageRef & {
  /** Bytes; with a backing file it may be left out and is that file's then. */
  readonly size?: number;
  /** The image whose content shows through; only ever one of Kiln's own. */
  readonly backing?: ImageRef;
  /** Format options, such as `compression_type: 'zstd'`. */
  readonly options?: FormatOptions;
};

export type ConvertOptions = ReadOptions & {
  readonly source: ImageRef;
  readonly target: ImageRef;
  readonly compress?: boolean;
  readonly options?: FormatOptions;
  /** Coroutines that read, compress and write at a time; qemu-img's own default is 8, its most is 16. */
  readonly coroutines?: number;
  /** Let clusters be written in the order they are ready (`-W`): faster, no effect on the guest's view. */
  readonly outOfOrder?: boolean;
};

export type FormatOptions = Readonly<Record<string, string | number | boolean>>;

/**
 * A path as qemu-img takes it for a file and nothing else. `file:` and an absolute path end every other reading: a
 * leading dash, `json:`, `nbd:`, a colon. Commas are only special inside `-o` and `--image-opts`, which no path enters.
 */
export function fileArgument(path: string): string {
  if (path.includes('\0')) throw new RangeError('a path cannot contain a NUL byte');
  return `file:${resolve(path)}`;
}

/** `-o a=b,c=on`; a comma inside a value is doubled (qemu-img(1)). */
export function optionArguments(options: FormatOptions = {}): string[] {
  const words = Object.entries(options).map(([name, value]) => `${name}=${optionValue(value)}`);
  return words.length === 0 ? [] : ['-o', words.join(',')];
}

function optionValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value).replaceAll(',', ',,');
}

export function createArguments({ path, format, size, backing, options }: CreateOptions): string[] {
  return [
    'create',
    '-q',
    '-f',
    format,
    // Stored in the image and read by libvirt too, so without `file:`; an absolute path has no other reading either.
    ...(backing ? ['-b', resolve(backing.path), '-F', backing.format] : []),
    ...optionArguments(options),
    fileArgument(path),
    ...(size === undefined ? [] : [String(size)]),
  ];
}

export function infoArguments(image: ImageRef, options: ReadOptions = {}): string[] {
  return ['info', '--output=json', ...readArguments(image, options)];
}

export function mapArguments(image: ImageRef, options: ReadOptions = {}): string[] {
  return ['map', '--output=json', ...readArguments(image, options)];
}

export function checkArguments(image: ImageRef, options: ReadOptions = {}): string[] {
  return ['check', '--output=json', ...readArguments(image, options)];
}

/** `measure` has no `-U`: its long form would need `--image-opts`; Kiln only measures images that nobody holds. */
export function measureArguments(image: ImageRef, target: DiskFormat): string[] {
  return ['measure', '--output=json', '-O', target, ...readArguments(image, {})];
}

export function resizeArguments({ path, format }: ImageRef, size: number, allowShrink: boolean): string[] {
  const shrink = allowShrink ? ['--shrink'] : [];
  return ['resize', '-q', '-f', format, ...shrink, fileArgument(path), String(size)];
}

export function convertArguments(convert: ConvertOptions): string[] {
  const { source, target } = convert;
  return [
    'convert',
    '-p',
    ...(convert.shareLock ? ['-U'] : []),
    ...(convert.compress ? ['-c'] : []),
    ...(convert.outOfOrder ? ['-W'] : []),
    ...(convert.coroutines === undefined ? [] : ['-m', String(convert.coroutines)]),
    '-f',
    source.format,
    '-O',
    target.format,
    ...optionArguments(convert.options),
    fileArgument(source.path),
    fileArgument(target.path),
  ];
}

function readArguments({ path, format }: ImageRef, { shareLock }: ReadOptions): string[] {
  return [...(shareLock ? ['-U'] : []), '-f', format, fileArgument(path)];
}
