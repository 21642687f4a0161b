import type { LintTarget } from './lint-target.ts';

/** Names of whole disks and of their partitions, as Linux gives them. */
const DISK = /^(?:\/dev\/)?((?:sd|hd|vd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+)(?:p?\d+)?$/;

/**
 * The guest's only disk, when `name` means another one; undefined when it may be right. Aliases below /dev/disk, patterns and
 * placeholders are not judged.
 */
export function otherDisk(name: string, { disk }: LintTarget): string | undefined {
  const named = DISK.exec(name)?.[1];
  return named === undefined || disk === undefined || named === disk ? undefined : disk;
}
