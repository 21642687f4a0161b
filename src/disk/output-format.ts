import type { Artifact } from '../artifact/artifact.ts';
import type { OutputSpec } from '../artifact/output-spec.ts';
import { SpecError } from '../foundation/errors.ts';
import type { DiskFormat } from '../qemu-img/disk-format.ts';
import type { ConvertOptions, FormatOptions } from '../qemu-img/qemu-img-arguments.ts';

const EXTENSIONS: Readonly<Record<DiskFormat, string>> = {
  raw: 'img',
  qcow2: 'qcow2',
  vmdk: 'vmdk',
  vpc: 'vhd',
  vhdx: 'vhdx',
  vdi: 'vdi',
};

/** How many clusters qemu-img compresses at a time; 16 is the most it takes. More than processors, since some wait to write. */
const COROUTINES = 16;

/** The name an output gets: its own, or `<build name>.<extension>`, for a partition image `<build name>-root.<extension>`. */
export function outputFileName(buildName: string, output: OutputSpec): string {
  const stem = output.imageKind === 'partition' ? `${buildName}-root` : buildName;
  return output.fileName ?? `${stem}.${EXTENSIONS[output.format]}`;
}

/** How an output is packed inside. */
export function compressionOf({ format, compression, subformat }: OutputSpec): Artifact['compression'] {
  if (format === 'qcow2') return compression ?? 'zstd';
  return format === 'vmdk' && subformat === 'streamOptimized' ? 'zlib' : 'none';
}

/**
 * How qemu-img is asked for an output. Figures behind the choices are in docs/performance.md: out-of-order writes let every
 * processor compress; larger clusters than 64 KiB make smaller files, but slower ones for a guest that reads a few KiB.
 */
export function conversionOf(
  output: OutputSpec,
): Pick<ConvertOptions, 'compress' | 'coroutines' | 'outOfOrder' | 'options'> {
  const compression = compressionOf(output);
  const options = formatOptions(output, compression);
  if (output.format !== 'qcow2') return { options };
  const compress = compression !== 'none';
  return { options, compress, coroutines: COROUTINES, outOfOrder: true };
}

function formatOptions(
  { format, subformat }: OutputSpec,
  compression: Artifact['compression'],
): FormatOptions {
  switch (format) {
    case 'qcow2':
      return { compat: '1.1', ...(compression === 'none' ? {} : { compression_type: compression }) };
    case 'vmdk':
      return { subformat: subformat ?? 'monolithicSparse' };
    case 'vpc':
      // Without force_size qemu-img rounds the size up to whole cylinders (CHS), and the disk grows beyond its source.
      return { subformat: subformat ?? 'dynamic', force_size: true };
    default:
      return {};
  }
}

/** @throws SpecError `output.same-name` when two outputs would be one file */
export function assertDistinctNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new SpecError(
    'output.same-name',
    `Two outputs would be named "${twice}"; give one another file name.`,
    {
      details: { name: twice },
    },
  );
}
