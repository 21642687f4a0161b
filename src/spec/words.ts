import type { DiskFormat, OutputSpec } from '../artifact/output-spec.ts';
import { parseDuration, type Seconds } from '../foundation/duration.ts';
import { SpecError } from '../foundation/errors.ts';
import { readLinePattern } from '../foundation/line-pattern.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import { isNameOfKilns } from '../foundation/result-files.ts';
import { type Bytes, bytes, parseSize } from '../foundation/size.ts';
import { describeValue } from '../foundation/value-shape.ts';
import type { MediaPin } from '../media/install-media.ts';
import { FORMAT_WORDS, formatWord } from '../qemu-img/disk-format.ts';

/**
 * Readers of single values, shared by templates and options so that a word means the same in both. Each takes what YAML or a
 * command line gives and throws a SpecError whose message completes "<key>: …".
 */
export function wrong(message: string): SpecError {
  return new SpecError('spec.invalid', message);
}

export function readText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  if (value === '') throw wrong('is empty');
  const quote = typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : '';
  throw wrong(`expects text, found ${describeValue(value)}${quote}`);
}

/** One line of text: no line breaks, NUL or other control characters (tabs are allowed). */
export function readLine(value: unknown): string {
  const text = readText(value);
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text))
    throw wrong('holds a line break or a control character');
  return text;
}

const BARE_NUMBER = /^\s*\d+(\.\d+)?(e\+?\d+)?\s*$/i;
/** 16 TiB of memory, 1 PiB of disk: beyond these somebody counted in other units. */
const MOST = { MiB: bytes(2 ** 44), GiB: bytes(2 ** 50) } as const;

/** A bare number counts `unit`, as virt-install's `--memory` (MiB) and `--disk size=` (GiB) do. */
export function readSize(value: unknown, unit: 'MiB' | 'GiB'): Bytes {
  if (typeof value === 'boolean') throw wrong(`expects a size such as 4GiB, found ${describeValue(value)}`);
  const text = typeof value === 'number' ? String(value) : readText(value);
  // A message then says what a bare number was taken for.
  const size = parseSize(BARE_NUMBER.test(text) ? `${text.trim()}${unit}` : text, MOST[unit]);
  if (size === 0) throw wrong('must be more than nothing');
  return size;
}

export function readVcpus(value: unknown): number {
  // Number() would take 0x2, 2e0 and an empty text as well.
  const count = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 255)
    throw wrong(`expects a whole number from 1 to 255, found ${describeValue(value)}`);
  return count;
}

export function readOneOf<T extends string>(value: unknown, words: readonly T[]): T {
  const text = readText(value);
  const found = words.find((word) => word === text.toLowerCase());
  if (found === undefined)
    throw wrong(`"${text}" is not one of ${words.join(', ')}.${suggestion(text, words)}`);
  return found;
}

/** A year: beyond it somebody counted in other units. */
const LONGEST = 366 * 86_400;

export function readDuration(value: unknown): Seconds {
  const length = parseDuration(typeof value === 'number' ? String(value) : readText(value));
  // Counted in whole seconds wherever it is shown.
  if (Math.round(length) === 0) throw wrong('must be longer than nothing');
  if (length > LONGEST)
    throw wrong(`"${value}" is absurdly long; a bare number counts seconds, write for example 4h`);
  return length;
}

export function readPattern(value: unknown): string {
  const text = readText(value);
  try {
    readLinePattern(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw wrong(error.message);
  }
  return text;
}

/** Lines without a letter in common: what matches each of them matches all that an installer may print. */
const UNLIKE_LINES = ['a', 'Z', '0', '.', '[', '─'];

/** A pattern that decides about an install must tell one line from another. */
export function readWatchPattern(value: unknown): string {
  const text = readPattern(value);
  const pattern = readLinePattern(text);
  if (pattern.test('')) {
    throw wrong(
      `"${text}" matches the empty line, and so every line there is; write what the line says that it shall match (^$ is no line of a console)`,
    );
  }
  if (UNLIKE_LINES.every((line) => pattern.test(line)))
    throw wrong(`"${text}" matches every line; write what the line says that it shall match`);
  return text;
}

const DIGEST_LENGTH = { sha256: 64, sha512: 128 } as const;

export function readDigest(value: unknown, algorithm: MediaPin['algorithm']): MediaPin {
  const digest = readText(value).toLowerCase();
  const length = DIGEST_LENGTH[algorithm];
  if (!/^[0-9a-f]+$/.test(digest) || digest.length !== length)
    throw wrong(`expects ${length} hexadecimal digits, found "${digest}" (${digest.length} characters)`);
  return { algorithm, digest };
}

/** `sha256:<hex>`, `sha512:<hex>`, or a bare digest told apart by its length. */
export function readChecksum(text: string): MediaPin {
  const [, named, digest] = /^(?:([a-z]\w*)[:=])?(.*)$/i.exec(readLine(text.trim())) ?? [];
  const algorithm = named?.toLowerCase() ?? (digest?.length === DIGEST_LENGTH.sha512 ? 'sha512' : 'sha256');
  if (algorithm !== 'sha256' && algorithm !== 'sha512')
    throw wrong(`"${named}" is not taken; write sha256:<64 digits> or sha512:<128 digits>`);
  return readDigest(digest, algorithm);
}

/** qemu-img calls VHD files "vpc", which is understood as well. */
export function readFormat(value: unknown): DiskFormat {
  const text = readText(value);
  const word = readOneOf(text.toLowerCase() === 'vpc' ? 'vhd' : text, FORMAT_WORDS);
  return word === 'vhd' ? 'vpc' : word;
}

export const COMPRESSIONS = ['zstd', 'zlib', 'none'] as const;

/** In bytes: NAME_MAX of Linux. */
const LONGEST_FILE_NAME = 255;

/** Of an output: a file name without folder, none of Kiln's own. */
export function readFileName(value: unknown): string {
  const name = readLine(value);
  if (name.includes('/') || name === '.' || name === '..') throw wrong(`"${name}" is not a plain file name`);
  if (isNameOfKilns(name)) throw wrong(`"${name}" is the name of a file of Kiln's own; give another`);
  if (Buffer.byteLength(name) > LONGEST_FILE_NAME)
    throw wrong(`is longer than ${LONGEST_FILE_NAME} bytes, the most a file name has`);
  return name;
}

export function checkOutput(output: OutputSpec): OutputSpec {
  if (output.imageKind === 'partition' && output.format !== 'qcow2' && output.format !== 'raw')
    throw wrong('a partition image is qcow2 or raw');
  const compressed = output.compression !== undefined && output.compression !== 'none';
  if (compressed && output.format !== 'qcow2')
    throw wrong(`compression is for qcow2 alone, not for ${formatWord(output.format)}`);
  return output;
}

export function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(`expects true or false, found ${describeValue(value)}`);
}

export const IMAGE_KINDS = ['whole-disk', 'partition'] as const;
/** As a property to spread: a whole disk is what is meant without a word. */
export const imageKindOf = (word: (typeof IMAGE_KINDS)[number] | undefined): Pick<OutputSpec, 'imageKind'> =>
  word === 'partition' ? { imageKind: word } : {};

export const ACCELERATORS = ['auto', 'kvm', 'tcg'] as const;
export const MACHINES = ['q35', 'pc'] as const;
export const NETWORKS = ['user', 'none'] as const;
export const SCRIPT_KINDS = ['kickstart', 'preseed', 'autoinstall', 'autoyast', 'user-script'] as const;
export const INJECTION_METHODS = ['initrd', 'seed-iso', 'config-drive', 'http', 'metadata', 'none'] as const;
