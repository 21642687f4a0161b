import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from './if-missing.ts';
import { isAlive, ownIdentity } from './process-identity.ts';

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

/** Folders whose process is gone. @param prefix of any, unless it is told */
export async function abandonedFolders(parent: string, prefix?: string): Promise<readonly string[]> {
  const names = await readdir(parent).catch(ifMissing([]));
  return names
    .filter((name) => {
      const [, before, pid, ticks, boot] = NAME.exec(name) ?? [];
      const isOurs = pid !== undefined && (prefix === undefined || before === prefix);
      return isOurs && !isAlive({ pid: Number(pid), startedAt: `${boot}/${ticks}` });
    })
    .map((name) => join(parent, name));
}
