import { MediaError } from '../foundation/errors.ts';
import { fileBytes } from './byte-source.ts';

/** Enough to tell text from code. */
const LOOKED_AT = 512;

/**
 * A kernel or initrd is never text: servers send a page that says "not found" with status 200.
 * @throws MediaError `media.not-a-boot-file` (details: begins)
 */
export async function checkBootFile(path: string, name: string): Promise<void> {
  const file = await fileBytes(path, name);
  try {
    const start = await file.read(0, LOOKED_AT);
    if (start.length > 0 && !isText(start)) return;
    const begins = start.toString('utf8').split('\n', 1)[0]?.slice(0, 60) ?? '';
    const what = start.length === 0 ? 'empty' : `text, beginning with ${JSON.stringify(begins)}`;
    throw new MediaError(
      'media.not-a-boot-file',
      `${name} is no kernel or initrd: it is ${what}. The server probably sent a page instead; check the address.`,
      { details: { begins } },
    );
  } finally {
    await file.close();
  }
}

function isText(start: Buffer): boolean {
  return (
    start.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13) && !start.includes(0x7f)
  );
}
