import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HostError } from '../foundation/errors.ts';
import { recordDirectory } from './build-records.ts';

/**
 * Before a build's results are removed: a record that stays would tell of what is gone.
 * @throws HostError `host.no-permission`
 */
export async function requireWritableRecord(stateDir: string, id: string): Promise<void> {
  const own = recordDirectory(stateDir, id);
  for (const folder of [dirname(own), own]) {
    await access(folder, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
      if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code ?? '')) return;
      throw new HostError(
        'host.no-permission',
        `Its record lies in ${folder}, where this user may not write (${error.code}), so all of it was left. Make that folder writable, then clean up again.`,
        { cause: error, details: { path: folder, errno: error.code } },
      );
    });
  }
}
