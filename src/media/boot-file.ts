import { MediaError } from '../foundation/errors.ts';
import { fileBytes } from './byte-source.ts';
import type { LocalTree, MediaTree } from './tree/media-tree.ts';

/** Enough to tell text from code. */
const LOOKED_AT = 512;

/** Where a file was in the media. */
type Origin = { readonly path: string; readonly tree: Pick<MediaTree, 'name' | 'fromServer'> };

/**
 * A kernel or initrd is never text: servers send a page that says "not found" with status 200.
 * @throws MediaError `media.not-a-boot-file` (details: begins)
 */
export async function checkBootFile(copy: string, origin: Origin): Promise<void> {
  const file = await fileBytes(copy, `${origin.path} of ${origin.tree.name}`);
  try {
    refuseText(await file.read(0, LOOKED_AT), origin);
  } finally {
    await file.close();
  }
}

/**
 * The same of a file that lies on this machine, without a copy.
 * @throws MediaError `media.not-a-boot-file` (details: begins)
 */
export async function lookAtBootFile(tree: LocalTree, path: string): Promise<void> {
  const start = await tree.readStart(path, LOOKED_AT);
  if (start !== undefined) refuseText(start, { path, tree });
}

function refuseText(start: Buffer, { path, tree }: Origin): void {
  if (start.length > 0 && !isText(start)) return;
  const begins = start.toString('utf8').split('\n', 1)[0]?.slice(0, 60) ?? '';
  const what = start.length === 0 ? 'empty' : `text, beginning with ${JSON.stringify(begins)}`;
  const advice = tree.fromServer
    ? 'The server probably sent a page instead; check the address.'
    : 'Its download or copy probably failed; get it again.';
  throw new MediaError(
    'media.not-a-boot-file',
    `${path} of ${tree.name} is no kernel or initrd: it is ${what}. ${advice}`,
    { details: { begins } },
  );
}

function isText(start: Buffer): boolean {
  return (
    start.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13) && !start.includes(0x7f)
  );
}
