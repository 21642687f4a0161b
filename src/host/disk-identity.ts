import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deviceNumber, type KernelFolders } from './mount-points.ts';

/** Of loop devices that lie on loop devices; the kernel itself allows few. */
const DEEPEST = 8;

/**
 * The same text for every path of this machine that leads to the same bytes: links, hard links, device nodes of one device, and a loop device
 * and the file behind it (sysfs: Documentation/ABI/testing/sysfs-block-loop). A path where nothing is, or nobody may look, is its own.
 */
export async function diskIdentity(
  path: string,
  { sys }: Pick<KernelFolders, 'sys'> = { sys: '/sys' },
  depth = 0,
): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    return undefined;
  });
  if (found === undefined) return path;
  if (!found.isBlockDevice()) return `inode ${found.dev}:${found.ino}`;
  const device = await deviceNumber(path);
  const behind = await readFile(join(sys, 'dev/block', device, 'loop/backing_file'), 'utf8').catch(() => '');
  // The kernel ends the path with a line end, and with a remark when the file was deleted.
  const file = behind.replace(/\n$/, '');
  return file === '' || depth >= DEEPEST ? `device ${device}` : diskIdentity(file, { sys }, depth + 1);
}
