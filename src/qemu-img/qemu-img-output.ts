import { z } from 'zod';
import { DiskError } from '../foundation/errors.ts';
import { type Bytes, bytes } from '../foundation/size.ts';

/** What `qemu-img info` says about an image, in Kiln's words. */
export type ImageInfo = {
  readonly format: string;
  readonly virtualSize: Bytes;
  /** Bytes the host really spends. */
  readonly actualSize: Bytes;
  readonly backingFile: string | undefined;
  readonly dataFile: string | undefined;
  readonly encrypted: boolean;
  readonly snapshots: number;
  readonly corrupt: boolean;
  readonly compression: string | undefined;
};

/**
 * `unsupported`: the format has nothing to check (raw). `leaks`: space is wasted, no data is wrong.
 * `corrupt`: data may be wrong.
 */
export type CheckResult = {
  readonly result: 'clean' | 'leaks' | 'corrupt' | 'unsupported';
  readonly corruptions: number;
  readonly leaks: number;
};

/** A stretch of the virtual disk. `data: false` reads as zeroes. */
export type MapExtent = { readonly start: number; readonly length: number; readonly data: boolean };

export type Measurement = { readonly required: Bytes; readonly fullyAllocated: Bytes };

const size = z.int().nonnegative().transform(bytes);

/**
 * The keys are stable from QEMU 2.x to 10.x; newer versions add (`children` since 8.1), so unknown ones are let pass.
 * `encrypted`, `snapshots` and `format-specific` are only there when they apply.
 */
const infoSchema = z
  .object({
    format: z.string(),
    'virtual-size': size,
    'actual-size': size.default(bytes(0)),
    'backing-filename': z.string().optional(),
    encrypted: z.boolean().default(false),
    snapshots: z.array(z.unknown()).default([]),
    'format-specific': z
      .object({
        data: z.looseObject({
          'data-file': z.string().optional(),
          corrupt: z.boolean().optional(),
          'compression-type': z.string().optional(),
        }),
      })
      .optional(),
  })
  .transform((info): ImageInfo => {
    const own = info['format-specific']?.data;
    return {
      format: info.format,
      virtualSize: info['virtual-size'],
      actualSize: info['actual-size'],
      backingFile: info['backing-filename'],
      dataFile: own?.['data-file'],
      encrypted: info.encrypted,
      snapshots: info.snapshots.length,
      corrupt: own?.corrupt ?? false,
      compression: own?.['compression-type'],
    };
  });

const checkSchema = z
  .object({
    corruptions: z.int().default(0),
    leaks: z.int().default(0),
    'check-errors': z.int().default(0),
  })
  .transform(({ corruptions, leaks, 'check-errors': errors }): CheckResult => {
    if (corruptions + errors > 0) return { result: 'corrupt', corruptions, leaks };
    return { result: leaks > 0 ? 'leaks' : 'clean', corruptions, leaks };
  });

const mapSchema = z.array(
  z.object({ start: z.int().nonnegative(), length: z.int().nonnegative(), data: z.boolean() }),
);

const measureSchema = z
  .object({ required: size, 'fully-allocated': size })
  .transform(
    (found): Measurement => ({ required: found.required, fullyAllocated: found['fully-allocated'] }),
  );

export const parseInfo = (text: string): ImageInfo => parse('info', infoSchema, text);
export const parseCheck = (text: string): CheckResult => parse('check', checkSchema, text);
export const parseMap = (text: string): readonly MapExtent[] => parse('map', mapSchema, text);
export const parseMeasure = (text: string): Measurement => parse('measure', measureSchema, text);

/** `qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7)` → `7.2.22`. */
export function parseVersion(text: string): string {
  return /qemu-img version (\d[\w.]*)/.exec(text)?.[1] ?? 'unknown';
}

/** Percentages in a piece of `-p` output: qemu-img rewrites one line, `(12.34/100%)` and a carriage return each time. */
export function parseProgress(text: string): number | undefined {
  const last = [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)].at(-1);
  return last ? Math.min(1, Number(last[1]) / 100) : undefined;
}

function parse<Out>(verb: string, schema: z.ZodType<Out>, text: string): Out {
  const result = schema.safeParse(readJson(text));
  if (result.success) return result.data;
  throw new DiskError(
    'disk.tool-output',
    `qemu-img ${verb} answered in a form Kiln does not know: ${z.prettifyError(result.error)}. Use qemu-utils 5.1 or newer.`,
    { cause: result.error },
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema's complaint about it is the better message
  }
}
