import { HostError } from '../foundation/errors.ts';
import { isFull } from '../foundation/is-full.ts';
import type { CommandError } from '../process/run-command.ts';

/** The words of strerror(3), and of xorriso, which looks at the room there is before it writes. */
const NO_SPACE = /No space left on device|Disk quota exceeded|File too large|exceeds free space on media/;

/**
 * What it means that a tool failed which wrote the image `path`.
 * @param subject begins the message: `The iPXE ISO`
 * @param needs the programs it takes
 */
export function imageFailure(
  cause: CommandError,
  { subject, path, folder, needs }: { subject: string; path: string; folder: string; needs: string },
): HostError {
  if (cause.notFound)
    return new HostError(
      'host.tool-missing',
      `${subject} could not be written: ${cause.message}. It takes ${needs}.`,
      { cause, details: { tool: cause.tool } },
    );
  if (cause.signal === 'SIGXFSZ' || NO_SPACE.test(`${cause.stderr}\n${cause.stdout}`) || isFull(folder))
    return new HostError(
      'host.no-space',
      `There is no space left for ${path}; make room there, or choose another folder.`,
      { cause, details: { path } },
    );
  return new HostError('host.tool-failed', `${subject} could not be written: ${cause.message}.`, { cause });
}
