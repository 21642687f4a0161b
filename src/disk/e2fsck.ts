import { CommandError, runCommand } from '../process/run-command.ts';

export type ExtVerdict = 'clean' | 'damaged' | 'unknown';

const OK = 0;
/** Bits of e2fsck's exit status (e2fsck(8)). */
const ERRORS_LEFT = 4;

/**
 * A full read-only check of an ext file system at an offset inside an image file; without root, about 0.2 s for a fresh
 * Debian. `unknown` when the tool is missing, too old for the file system's features, or takes longer than `timeoutMs`.
 */
export async function checkExt(
  path: string,
  offset: number,
  { signal, timeoutMs }: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<ExtVerdict> {
  if (path.includes('?')) return 'unknown'; // libext2fs reads what follows as options
  try {
    const args = ['-n', '-f', `${path}?offset=${offset}`];
    await runCommand('e2fsck', args, { timeoutMs, ...(signal ? { signal } : {}) });
    return 'clean';
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.exitCode === undefined || error.exitCode === OK) return 'unknown';
    return error.exitCode & ERRORS_LEFT && error.exitCode < 8 ? 'damaged' : 'unknown';
  }
}
