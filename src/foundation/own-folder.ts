import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from './if-missing.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Process, its start and the machine's boot: whose the folder is stands in its name, so no moment passes without an owner. */
const NAME = /^(.*)(?<!\d)(\d+)-(\d+)-([0-9a-f-]{36})-\w{6}$/;

/** Makes a folder of this process's own in another, after taking away what killed ones left there under the same prefix. */
export async function makeOwnFolder(parent: string, prefix: string): Promise<string> {
  for (const path of await abandonedFolders(parent, prefix)) await rm(path, { recursive: true, force: true });
  return newOwnFolder(parent, prefix);
}

/** The same without looking for others. */
export function newOwnFolder(parent: string, prefix: string): Promise<string> {
  const { pid, startedAt } = ownIdentity();
  const [boot = '', ticks = ''] = startedAt.split('/');
  return mkdtemp(join(parent, `${prefix}${pid}-${ticks}-${boot}-`));
}

/** A folder that a process made for itself. */
export type OwnFolder = {
  readonly path: string;
  readonly prefix: string;
  readonly owner: ProcessIdentity;
};

/** Those in `parent`, whether their process is alive or gone. */
export async function ownFolders(parent: string): Promise<readonly OwnFolder[]> {
  const names = await readdir(parent).catch(ifMissing([]));
  return names.flatMap((name) => {
    const [, prefix, pid, ticks, boot] = NAME.exec(name) ?? [];
    if (prefix === undefined) return [];
    return [{ path: join(parent, name), prefix, owner: { pid: Number(pid), startedAt: `${boot}/${ticks}` } }];
  });
}

/** Folders whose process is gone. @param prefix of any, unless it is told */
export async function abandonedFolders(parent: string, prefix?: string): Promise<readonly string[]> {
  const isOurs = (folder: OwnFolder): boolean => prefix === undefined || folder.prefix === prefix;
  return (await ownFolders(parent))
    .filter((folder) => isOurs(folder) && !isAlive(folder.owner))
    .map(({ path }) => path);
}
