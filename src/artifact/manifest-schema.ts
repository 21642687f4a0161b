import { z } from 'zod';
import { DISK_FORMATS } from '../qemu-img/disk-format.ts';
import { IMAGE_KINDS } from './artifact.ts';

/**
 * `manifest.json`, version 1: what an image was made from, with what, and what came out. A new optional field keeps the version,
 * a changed or removed one raises it. docs/manifest.schema.json is made from here.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sha512 = z.string().regex(/^[0-9a-f]{128}$/);
const count = z.int().nonnegative();
const seconds = z.number().nonnegative();
const fileName = z
  .string()
  .regex(/^[^/\0]+$/)
  .describe('A file name without a folder');

const namedFile = z.strictObject({ name: z.string(), sha256 }).readonly();

const media = z
  .strictObject({
    kind: z.enum(['cdrom', 'location', 'import']),
    source: z.string().describe('As the user named it: a URL or a file name'),
    files: z.array(namedFile).readonly(),
  })
  .readonly();

const output = z
  .strictObject({
    file: fileName,
    format: z.enum(DISK_FORMATS),
    imageKind: z
      .enum(IMAGE_KINDS)
      .describe('A partition image is a root file system; kernel and initrd of the same build start it'),
    compression: z.enum(['zstd', 'zlib', 'none']),
    size: count.describe('Length of the file in bytes'),
    virtualSize: count.describe("The disk's size for a guest, in bytes"),
    sha256,
    sha512,
  })
  .readonly();

const check = z
  .strictObject({
    name: z.string(),
    result: z.enum(['pass', 'fail', 'unknown']),
    sentence: z.string(),
  })
  .readonly();

const verification = z
  .strictObject({
    virtualSize: count,
    firmware: z.enum(['bios', 'uefi']),
    partitionTable: z.enum(['gpt', 'mbr', 'none']),
    volumes: z
      .array(z.strictObject({ name: z.string(), fileSystem: z.string(), size: count }).readonly())
      .readonly(),
    os: z
      .strictObject({ id: z.string(), versionId: z.string(), prettyName: z.string() })
      .readonly()
      .optional(),
    checks: z.array(check).readonly(),
  })
  .readonly();

const bootCheck = z.discriminatedUnion('result', [
  z.strictObject({ result: z.literal('passed'), line: z.string(), seconds }).readonly(),
  z.strictObject({ result: z.literal('skipped'), why: z.string() }).readonly(),
]);

export const manifestSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    kilnVersion: z.string(),
    buildId: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime().describe('When the images were finished, UTC'),
    inputs: z
      .strictObject({
        media: z.array(media).readonly(),
        installScript: namedFile.optional(),
        templates: z.array(namedFile).readonly(),
      })
      .readonly(),
    tools: z.record(z.string(), z.string()).readonly().describe('Versions by name of tool'),
    host: z
      .strictObject({
        arch: z.string(),
        accelerator: z.enum(['kvm', 'tcg']),
        cpuModel: z
          .string()
          .describe("The host's processor as its kernel names it; the guest's is in the plan"),
      })
      .readonly(),
    plan: z
      .record(z.string(), z.json())
      .readonly()
      .describe('The build plan, as `kiln plan --json` prints it'),
    outcome: z
      .strictObject({
        kind: z.string(),
        detail: z.string().optional(),
        warnings: z.array(z.string()).readonly().optional().describe('What the installer passed over'),
      })
      .readonly()
      .describe('How the install ended'),
    verification,
    bootCheck,
    timings: z.record(z.string(), seconds).readonly().describe('Seconds by stage'),
    outputs: z.array(output).min(1).readonly(),
  })
  .readonly();

export type Manifest = z.infer<typeof manifestSchema>;

/** The manifest's JSON Schema (draft 2020-12), as text for docs/manifest.schema.json. */
export function manifestJsonSchema(): string {
  const schema = z.toJSONSchema(manifestSchema, {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly; // TypeScript's readonly, nothing to say about the file
    },
  });
  return `${JSON.stringify({ title: 'Kiln build manifest', ...schema }, undefined, 2)}\n`;
}
