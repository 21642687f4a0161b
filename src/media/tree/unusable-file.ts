import { lstat, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MediaError } from '../../foundation/errors.ts';
import { ifMissing } from '../../foundation/if-missing.ts';
import { LEADS_OUT, pathInside } from '../../foundation/path-inside.ts';
import { fileType, whyUnreadable } from '../../foundation/read-regular-file.ts';

/**
 * Why what stands at that place of a folder's tree is not taken: `media.unsafe-path` for a link that leads out of it, `media.not-a-file`
 * for a pipe, a socket, a device and links that lead nowhere. Undefined for a file, for a folder (which may have that name in another
 * tree) and where nothing is.
 */
export async function whyUnusable(folder: string, path: string): Promise<MediaError | undefined> {
  try {
    const full = await pathInside(folder, path);
    if (full === undefined) return refusal('media.unsafe-path', LEADS_OUT);
    const found = await stat(full);
    const isOther = !found.isFile() && !found.isDirectory();
    return isOther ? refusal('media.not-a-file', `is ${fileType(found)}, not a file`) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') return refusal('media.not-a-file', whyUnreadable(code) ?? code);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    const link = await lstat(resolve(folder, `./${path}`)).catch(ifMissing(undefined));
    return link && refusal('media.not-a-file', 'is a link to what is not there');
  }

  function refusal(code: 'media.unsafe-path' | 'media.not-a-file', why: string): MediaError {
    return new MediaError(
      code,
      `${path} of ${folder} ${why}. Put a copy of the file itself there, or name another with kernel= and initrd=.`,
      { details: { path } },
    );
  }
}
