import type { OutputSpec } from '../artifact/output-spec.ts';
import { DISK_BUSES } from './build-spec.ts';
import type { Settings } from './settings.ts';
import {
  COMPRESSIONS,
  checkOutput,
  IMAGE_KINDS,
  imageKindOf,
  readFileName,
  readFormat,
  readLine,
  readOneOf,
  readSize,
  wrong,
} from './words.ts';

function pairsOf(words: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw wrong(`"${word}" is not of the form key=value`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

/** `10GiB`, or virt-install's `size=10,bus=virtio`. The disk is Kiln's own: an existing one is named with --import. */
export function readDisk(value: string): NonNullable<Settings['disk']> {
  if (!value.includes('=')) return { size: readSize(value, 'GiB') };
  const disk: { size?: ReturnType<typeof readSize>; bus?: (typeof DISK_BUSES)[number] } = {};
  for (const [key, text] of pairsOf(readLine(value).split(','))) {
    if (key === 'size') disk.size = readSize(text, 'GiB');
    else if (key === 'bus') disk.bus = readOneOf(text, DISK_BUSES);
    else if (key === 'path')
      throw wrong('Kiln makes the disk by itself; to start from an existing one use --import');
    else if (key === 'format') throw wrong('the format of the result is named with --format');
    else throw wrong(`"${key}" is not known; size and bus are`);
  }
  return disk;
}

/** `qcow2`, `qcow2,compression=zstd`, `raw,name=disk.img`, `qcow2,kind=partition`. */
export function readOutput(value: string): OutputSpec {
  const [format, ...options] = readLine(value).split(',');
  let kind: (typeof IMAGE_KINDS)[number] | undefined;
  const output: { compression?: (typeof COMPRESSIONS)[number]; fileName?: string } = {};
  for (const [key, text] of pairsOf(options)) {
    if (key === 'compression') output.compression = readOneOf(text, COMPRESSIONS);
    else if (key === 'name') output.fileName = readFileName(text);
    else if (key === 'kind') kind = readOneOf(text, IMAGE_KINDS);
    else throw wrong(`"${key}" is not known; compression, kind and name are`);
  }
  return checkOutput({ format: readFormat(format), ...imageKindOf(kind), ...output });
}
