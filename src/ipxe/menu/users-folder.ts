import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LEADS_OUT, leadsOut } from '../../foundation/path-inside.ts';
import { readTextFile, whyUnreadable } from '../../foundation/read-regular-file.ts';
import { mebibytes } from '../../foundation/size.ts';

/** Makes the caller's error; `why` goes on after the name of the folder or file. */
type Refuse = (why: string, cause: unknown) => Error;

/** @param holds what the user keeps in it, for who names a file instead */
export function namesIn(folder: string, holds: string, refuse: Refuse): Promise<readonly string[]> {
  return readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const { code } = cause;
    if (code === 'ENOTDIR' && existsSync(folder))
      throw refuse(`is a file; name the folder that has ${holds}`, cause);
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw refuse(missing ? 'does not exist' : (whyUnreadable(code) ?? `cannot be read (${code})`), cause);
  });
}

/** Nobody writes longer menus or scripts by hand; YAML of some megabytes takes minutes to read. */
const LARGEST = mebibytes(1);

/** A text that becomes public with the menus: as from a folder that is served, a link leads nowhere out of it. */
export async function textIn(folder: string, name: string, refuse: Refuse): Promise<string> {
  if (await leadsOut(folder, name)) throw refuse(`${LEADS_OUT}; put the file itself there`, undefined);
  return readTextFile(join(folder, name), refuse, LARGEST);
}
