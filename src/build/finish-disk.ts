import { beginConversion, type PendingArtifacts } from '../disk/convert-disk.ts';
import type { DiskReport } from '../disk/disk-report.ts';
import { modificationTime } from '../disk/modification-time.ts';
import { requirePartitionImage } from '../disk/partition-image.ts';
import { assertVerified, verifyDisk } from '../disk/verify-disk.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { formatWord } from '../qemu-img/disk-format.ts';
import type { StageReporter } from './stage-reporter.ts';

/** A filled disk's way to verified images that only wait to be moved into place. */
export type DiskFinish = {
  /** The guest has ended itself: verification and conversion start, though QEMU may still hold the file. */
  begin(): void;
  /** QEMU is gone. Starts over when the disk was written after all since `begin`. */
  settle(): Promise<void>;
  verified(): Promise<DiskReport>;
  converted(): Promise<PendingArtifacts>;
  /** Ends what runs and removes what it made; harmless at any time. */
  discard(): Promise<void>;
};

export type DiskFinishOptions = {
  /** The filled disk, raw. */
  readonly disk: string;
  readonly origin: 'install' | 'import';
  /** What the install script was to leave on the disk; undefined when it was not asked to. */
  readonly expectMarker?: string | undefined;
  readonly plan: Pick<BuildPlan, 'name' | 'firmware' | 'outputs'>;
  /** Where the images grow. */
  readonly outputs: string;
  readonly reporter: StageReporter;
  readonly signal: AbortSignal;
};

type Attempt = {
  readonly writtenAt: Promise<bigint>;
  readonly report: Promise<DiskReport>;
  readonly images: Promise<PendingArtifacts>;
  readonly abort: AbortController;
};

/**
 * The install disk is raw and its guest has stopped, so all it wrote is in the host's page cache: nothing is won by waiting for
 * libvirt to take QEMU down, and about two seconds are lost.
 */
export function diskFinish(options: DiskFinishOptions): DiskFinish {
  let attempt: Attempt | undefined;
  const current = (): Attempt => {
    attempt ??= startAttempt(options);
    return attempt;
  };
  const discard = async (): Promise<void> => {
    const old = attempt;
    attempt = undefined;
    if (old === undefined) return;
    old.abort.abort();
    await old.report.catch(() => undefined);
    await old.images.then((pending) => pending.discard()).catch(() => undefined);
  };
  return {
    begin: () => void current(),
    async settle() {
      const before = await current().writtenAt;
      if (before === (await modificationTime(options.disk))) return;
      await discard();
      current();
    },
    verified: () => current().report,
    converted: () => current().images,
    discard,
  };
}

function startAttempt({ disk, plan, reporter, signal, ...options }: DiskFinishOptions): Attempt {
  const abort = new AbortController();
  const either = AbortSignal.any([signal, abort.signal]);
  const before = modificationTime(disk);
  const report = reporter.run('verify', async (stage) => {
    const found = await verifyDisk(disk, {
      ...(options.expectMarker === undefined ? {} : { expectMarker: options.expectMarker }),
      firmware: plan.firmware.kind,
      signal: either,
    });
    assertVerified(found, options.origin);
    const takesParts = plan.outputs.some(({ imageKind }) => imageKind === 'partition');
    if (takesParts) await requirePartitionImage(disk, `the ${options.origin}ed disk`);
    if (found.os !== undefined) stage.note(found.os.prettyName);
    return found;
  });
  const images = before.then(() =>
    reporter.run('convert', (stage) =>
      beginConversion({
        source: { path: disk, format: 'raw', shareLock: true },
        outputs: plan.outputs,
        name: plan.name,
        directory: options.outputs,
        signal: either,
        onProgress: (part: number) =>
          stage.progress(plan.outputs.map(({ format }) => formatWord(format)).join(', '), part * 100),
      }),
    ),
  );
  // Either may fail before the other is awaited; the one who asks for it gets the error.
  report.catch(() => abort.abort());
  images.catch(() => undefined);
  return { writtenAt: before, report, images, abort };
}
