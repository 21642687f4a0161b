import { stat } from 'node:fs/promises';

/** Changes whenever a package manager replaces the file: what was found out about it holds as long as this does. */
export async function fileIdentity(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${path} ${mtimeMs} ${size} ${ino}`;
}
