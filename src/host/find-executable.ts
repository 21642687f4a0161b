import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { childEnvironment } from '../process/run-command.ts';

/** Where Debian and others keep what only root is expected to run; an ordinary user's PATH lacks them. */
const ADMINISTRATOR_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The folders programs are looked for in: PATH, then the administrator's. */
export function searchFolders(path: string = childEnvironment().PATH ?? ''): readonly string[] {
  return [...new Set([...path.split(delimiter).filter((folder) => folder !== ''), ...ADMINISTRATOR_FOLDERS])];
}

/** Absolute path of the first program of that name that may be executed, or undefined. */
export async function findExecutable(
  name: string,
  folders: readonly string[] = searchFolders(),
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way not a program we can run.
    return false;
  }
}
