import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Artifact } from '../artifact/artifact.ts';
import type { OutputSpec } from '../artifact/output-spec.ts';
import { digestFile } from '../foundation/digest-file.ts';
import { CancelledError, DiskError, HostError } from '../foundation/errors.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { bytes } from '../foundation/size.ts';
import { type QemuImg, qemuImg } from '../qemu-img/qemu-img.ts';
import type { ImageRef } from '../qemu-img/qemu-img-arguments.ts';
import { type ConversionJob, conversionJobs, partsFolder, removeJobs, takeParts } from './conversion-jobs.ts';
import { modificationTime } from './modification-time.ts';
import { assertDistinctNames, compressionOf, conversionOf } from './output-format.ts';

export type ConversionOptions = {
  /** `shareLock`: QEMU may still hold the image's lock, though its guest has ended. */
  readonly source: ImageRef & { readonly shareLock?: boolean };
  readonly outputs: readonly OutputSpec[];
  /** The build's name, for outputs without a file name of their own. */
  readonly name: string;
  /** Where the images grow under hidden names; made when missing. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** Told the part done of all outputs together, 0 to 1. */
  readonly onProgress?: (part: number) => void;
  readonly tool?: QemuImg;
};

/** Images that are finished but not yet in place. */
export type PendingArtifacts = {
  /** With the paths they have after a plain `commit()`. */
  readonly artifacts: readonly Artifact[];
  /**
   * Makes the images appear, each whole and on stable storage; `into` is another folder of the same file system.
   * @throws DiskError `disk.changed` when the source was written to since the conversion began; nothing is left then
   */
  commit(into?: string): Promise<readonly Artifact[]>;
  /** Removes them. Harmless after `commit`, and any number of times. */
  discard(): Promise<void>;
};

type Growing = ConversionOptions & { readonly tool: QemuImg; readonly jobs: readonly ConversionJob[] };

/**
 * Converts an image into all outputs and computes their checksums, but leaves them under hidden names until `commit()`, so that
 * this can start before the verdict about the disk is in. A failure or cancellation leaves nothing behind.
 * @throws HostError `host.no-space`, `host.tool-missing`, `host.permission`; DiskError `disk.locked`, `disk.corrupt`;
 *   SpecError `output.same-name`; CancelledError
 */
export async function beginConversion(options: ConversionOptions): Promise<PendingArtifacts> {
  const directory = resolve(options.directory);
  const id = randomUUID().slice(0, 8);
  const growing = (index: number): string => join(directory, `.kiln-${id}-${index}.partial`);
  const jobs = conversionJobs(options.name, options.outputs, growing);
  assertDistinctNames(jobs.map(({ name }) => name));
  const writtenAt = await modificationTime(options.source.path);
  await makeDirectory(directory);
  try {
    const artifacts = await convertAll({ ...options, directory, jobs, tool: options.tool ?? qemuImg() });
    return pendingArtifacts({ source: options.source.path, writtenAt, directory, jobs, artifacts });
  } catch (error) {
    await removeJobs(jobs);
    throw error;
  }
}

/** Converts and puts into place at once. */
export async function convertDisk(options: ConversionOptions): Promise<readonly Artifact[]> {
  const pending = await beginConversion(options);
  return pending.commit();
}

/** One conversion at a time, since each uses all processors; the checksums of one overlap the conversion of the next. */
async function convertAll(growing: Growing): Promise<readonly Artifact[]> {
  const { jobs, signal, onProgress } = growing;
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const finishing: Promise<Artifact>[] = [];
  try {
    for (const [index, job] of jobs.entries()) {
      if (either.aborted) throw new CancelledError('The conversion was cancelled.');
      await convertOne(growing, job, either, (part) => onProgress?.((index + part) / jobs.length));
      const artifact = describe(growing, index, either);
      artifact.catch(() => failed.abort()); // it is awaited below; until then its failure must end the others
      finishing.push(artifact);
    }
    return await Promise.all(finishing);
  } catch (error) {
    failed.abort();
    const ends = await Promise.allSettled(finishing);
    throw firstCause(error, ends);
  }
}

/** Kernel and initrd are there when it is their turn: they came with the root file system. */
async function convertOne(
  { source, tool, jobs }: Growing,
  job: ConversionJob,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<void> {
  const { output, kind, temporary } = job;
  if (kind === 'kernel' || kind === 'initrd') return;
  const disk = { path: source.path, format: source.format };
  const from =
    kind === 'partition'
      ? { path: await takeParts(source.path, job, jobs, signal), format: 'raw' as const }
      : disk;
  await tool.convert(
    {
      source: from,
      target: { path: temporary, format: output.format },
      shareLock: source.shareLock ?? false,
      ...conversionOf(output),
    },
    { signal, onProgress },
  );
  if (kind === 'partition') await rm(partsFolder(job), { recursive: true });
}

/** When a checksum fails, it cancels the conversion that runs; then its reason is the one to tell. */
function firstCause(error: unknown, ends: readonly PromiseSettledResult<Artifact>[]): unknown {
  if (!(error instanceof CancelledError)) return error;
  const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  return reasons.find((reason) => !(reason instanceof CancelledError)) ?? error;
}

/** Checksums, size and the way to stable storage, all at the same time. */
async function describe(growing: Growing, index: number, signal: AbortSignal): Promise<Artifact> {
  const job = growing.jobs[index];
  if (!job) throw new RangeError(`there is no output ${index}`);
  const { temporary, output, name, kind } = job;
  const isPart = kind === 'kernel' || kind === 'initrd';
  const [sha256, sha512, info, { size }] = await Promise.all([
    digestFile(temporary, 'sha256', signal),
    digestFile(temporary, 'sha512', signal),
    // A kernel is no disk, and its length no multiple of a sector.
    isPart ? undefined : growing.tool.info({ path: temporary, format: output.format }, { signal }),
    stat(temporary),
    syncPath(temporary),
  ]);
  return {
    path: join(growing.directory, name),
    name,
    imageKind: kind,
    format: output.format,
    compression: compressionOf(output),
    virtualSize: info?.virtualSize ?? bytes(size),
    size: bytes(size),
    sha256,
    sha512,
  };
}

type Pending = {
  readonly source: string;
  readonly writtenAt: bigint;
  readonly directory: string;
  readonly jobs: readonly ConversionJob[];
  readonly artifacts: readonly Artifact[];
};

function pendingArtifacts({ source, writtenAt, directory, jobs, artifacts }: Pending): PendingArtifacts {
  const discard = (): Promise<void> => removeJobs(jobs);
  return {
    artifacts,
    discard,
    commit: async (into = directory) => {
      if ((await modificationTime(source)) !== writtenAt) {
        await discard();
        throw new DiskError(
          'disk.changed',
          `${source} was written to while it was being converted; convert it again when nothing uses it.`,
          { details: { path: source } },
        );
      }
      const folder = resolve(into);
      await makeDirectory(folder);
      for (const { temporary, name } of jobs) await rename(temporary, join(folder, name));
      await syncPath(folder);
      return artifacts.map((artifact) => ({ ...artifact, path: join(folder, artifact.name) }));
    },
  };
}

/** fsync(2) for a file's content, or for the names in a folder. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (cause) {
    throw new HostError(
      'host.permission',
      `The folder ${basename(path)} cannot be made in ${dirname(path)}.`,
      {
        details: { folder: path },
        cause,
      },
    );
  }
}
