import { realpath, stat } from 'node:fs/promises';
import { HostError } from '../../foundation/errors.ts';

/** The folder that menus are exported into: a name may lead to another one later. */
export type MenusFolder = {
  /** As the user named it. */
  readonly target: string;
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
};

export async function menusFolder(target: string): Promise<MenusFolder> {
  const path = await realpath(target);
  const { dev, ino } = await stat(path, { bigint: true });
  return { target, path, dev, ino };
}

export async function isStillThere({ target, dev, ino }: MenusFolder): Promise<boolean> {
  const now = await stat(target, { bigint: true }).catch(() => undefined);
  return now?.dev === dev && now.ino === ino;
}

/** @throws HostError `ipxe.folder-moved` */
export async function requireStillThere(folder: MenusFolder): Promise<void> {
  if (!(await isStillThere(folder))) throw movedAway(folder);
}

export function movedAway({ target }: MenusFolder, cause?: unknown): HostError {
  return new HostError(
    'ipxe.folder-moved',
    `${target} was moved, replaced or removed while menus were exported into it. Export again, and leave the folder alone ` +
      'until that is done; what was begun in a moved one is carried out or taken away by the next export into it.',
    { cause, details: { folder: target } },
  );
}
