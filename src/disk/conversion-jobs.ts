import { mkdir, rename, rm } from 'node:fs/promises';
import type { ImageKind } from '../artifact/artifact.ts';
import type { OutputSpec } from '../artifact/output-spec.ts';
import { outputFileName } from './output-format.ts';
import { extractPartitionImage } from './partition-image.ts';

const PARTS = ['kernel', 'initrd'] as const satisfies readonly ImageKind[];

/** One file that a conversion makes. */
export type ConversionJob = {
  readonly output: OutputSpec;
  readonly kind: ImageKind;
  /** Of the finished file. */
  readonly name: string;
  /** Where it grows. */
  readonly temporary: string;
};

/** A whole disk is one file; a partition image is three, of which the first is converted and the others are taken as they are. */
export function conversionJobs(
  buildName: string,
  outputs: readonly OutputSpec[],
  temporary: (index: number) => string,
): readonly ConversionJob[] {
  const files = outputs.flatMap((output): Omit<ConversionJob, 'temporary'>[] => {
    const kind: ImageKind = output.imageKind ?? 'whole-disk';
    const image = { output, kind, name: outputFileName(buildName, output) };
    if (kind === 'whole-disk') return [image];
    const raw: OutputSpec = { format: 'raw' };
    return [image, ...PARTS.map((part) => ({ output: raw, kind: part, name: `${buildName}-${part}` }))];
  });
  return files.map((file, index) => ({ ...file, temporary: temporary(index) }));
}

/** The folder of a partition image's parts while they are taken out of the disk. */
export const partsFolder = ({ temporary }: ConversionJob): string => `${temporary}.parts`;

/**
 * Takes a raw disk apart: kernel and initrd are put where their jobs want them, the root file system is left to be converted.
 * @returns its path, raw
 * @throws DiskError `disk.no-root`, `disk.no-kernel`; CancelledError
 */
export async function takeParts(
  disk: string,
  job: ConversionJob,
  jobs: readonly ConversionJob[],
  signal: AbortSignal,
): Promise<string> {
  const folder = partsFolder(job);
  await mkdir(folder, { mode: 0o700 });
  const parts = await extractPartitionImage(disk, folder, signal, 'the disk');
  for (const { kind, temporary } of jobs) {
    if (kind === 'kernel' || kind === 'initrd') await rename(parts[kind].path, temporary);
  }
  return parts.root.path;
}

/** Removes what jobs have made so far. Harmless at any time. */
export async function removeJobs(jobs: readonly ConversionJob[]): Promise<void> {
  await Promise.all(
    jobs.flatMap((job) => [
      rm(job.temporary, { force: true }),
      rm(partsFolder(job), { recursive: true, force: true }),
    ]),
  );
}
