import { DiskError } from '../foundation/errors.ts';
import { type DiskCheck, fail, pass, unknown } from './disk-report.ts';
import { checkExt } from './e2fsck.ts';
import { readExtSuperblock } from './ext-file-system.ts';
import { isFatDirty } from './fat-file-system.ts';
import type { FileSystemKind } from './file-system-kind.ts';
import type { Volume } from './volume.ts';

type Finding = { readonly result: 'clean' | 'dirty' | 'unknown'; readonly words: string };

export type FileSystemCheckOptions = {
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  /** The longest that e2fsck may take for one file system, in milliseconds; 0 leaves it out. */
  readonly fsckTimeoutMs: number;
};

/** Kinds with nothing to be unmounted. */
const NOTHING_TO_CHECK: readonly FileSystemKind[] = ['swap', 'empty', 'unknown', 'squashfs', 'iso9660'];

/** Whether the guest unmounted its file systems: a power cut shows as a journal to replay or a flag left set. */
export async function checkFileSystems(
  volumes: readonly Volume[],
  options: FileSystemCheckOptions,
): Promise<DiskCheck> {
  const checked = volumes.filter(({ kind }) => !NOTHING_TO_CHECK.includes(kind));
  const findings = await Promise.all(checked.map((volume) => examine(volume, options)));
  const wordsOf = (result: Finding['result']): string =>
    findings.flatMap((finding) => (finding.result === result ? [finding.words] : [])).join('; ');
  if (wordsOf('dirty')) return fail('file-systems', `${wordsOf('dirty')}.`);
  if (wordsOf('unknown')) return unknown('file-systems', `${wordsOf('unknown')}.`);
  if (findings.length === 0) return unknown('file-systems', 'There is no file system to check.');
  return pass('file-systems', `${wordsOf('clean')}.`);
}

async function examine(volume: Volume, options: FileSystemCheckOptions): Promise<Finding> {
  try {
    if (volume.kind === 'ext2' || volume.kind === 'ext3' || volume.kind === 'ext4')
      return await examineExt(volume, options);
    if (volume.kind === 'vfat') return examineFat(volume.name, await isFatDirty(volume.reader));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { result: 'dirty', words: `${volume.name} (${volume.kind}) is damaged` };
  }
  return { result: 'unknown', words: `${volume.name} (${volume.kind}) cannot be checked` };
}

function examineFat(name: string, dirty: boolean): Finding {
  if (dirty) return { result: 'dirty', words: `${name} (vfat) was not unmounted` };
  return { result: 'clean', words: `${name} (vfat) was unmounted` };
}

async function examineExt(
  { name, kind, reader, offset }: Volume,
  options: FileSystemCheckOptions,
): Promise<Finding> {
  const about = `${name} (${kind})`;
  const superblock = await readExtSuperblock(reader);
  if (superblock.needsRecovery || !superblock.cleanlyUnmounted) {
    return { result: 'dirty', words: `${about} was not unmounted` };
  }
  if (superblock.hasErrors) return { result: 'dirty', words: `${about} has recorded errors` };
  if (offset === undefined || options.fsckTimeoutMs === 0)
    return { result: 'clean', words: `${about} was unmounted` };
  const { path, signal, fsckTimeoutMs } = options;
  const verdict = await checkExt(path, offset, { signal, timeoutMs: fsckTimeoutMs });
  if (verdict === 'damaged')
    return { result: 'dirty', words: `${about} has errors that e2fsck would repair` };
  return {
    result: 'clean',
    words: `${about} was unmounted${verdict === 'clean' ? ' and passes e2fsck' : ''}`,
  };
}
