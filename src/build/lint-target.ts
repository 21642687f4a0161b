import { bytes, mebibytes } from '../foundation/size.ts';
import type { LintTarget } from '../install-script/lint/lint-target.ts';
import { findOs } from '../os/find-os.ts';
import type { BuildPlan } from '../plan/build-plan.ts';

/** What the plan tells the lint. Of several media nobody knows yet which will be used. */
export function lintTargetOf({
  os,
  disk,
  media,
  memoryMiB,
}: Pick<BuildPlan, 'os' | 'disk' | 'media' | 'memoryMiB'>): LintTarget {
  const [first, second] = media;
  const source =
    first === undefined || second !== undefined ? {} : { media: { kind: first.kind, from: first.from } };
  const size = disk.sizeBytes === undefined ? {} : { diskSize: bytes(disk.sizeBytes) };
  return { ...osTarget(os), disk: disk.target, ...size, memory: mebibytes(memoryMiB), ...source };
}

/** The part that follows from the operating system. */
export function osTarget(os: string | undefined): LintTarget {
  const row = os === undefined ? undefined : findOs(os);
  return {
    ...(os === undefined ? {} : { os }),
    ...(row === undefined ? {} : { family: row.family, suites: row.suites }),
  };
}
