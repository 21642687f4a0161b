import { stat } from 'node:fs/promises';
import { digestFile } from '../foundation/digest-file.ts';
import { MediaError } from '../foundation/errors.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import type { ResolvedMedia } from './install-media.ts';

/** Looks at the medium again. @throws MediaError `media.changed` when it is not what the guest was started with */
export type MediumCheck = () => Promise<void>;

/**
 * To be made before the guest starts. The guest keeps the file it was given: one that was moved away, removed or replaced by another
 * meanwhile still reads the same to it, so only writing into the file itself counts. Read again only when its size or time changed.
 */
export async function mediumCheck(media: ResolvedMedia | undefined): Promise<MediumCheck> {
  const path = media === undefined || media.kind === 'import' ? undefined : media.isoPath;
  const iso = media?.files.find(({ role }) => role === 'iso');
  if (path === undefined || iso === undefined) return () => Promise.resolve();
  const before = await identityOf(path);
  return async () => {
    const now = await identityOf(path);
    if (now === undefined || now.file !== before?.file || now.content === before.content) return;
    if ((await digestFile(path, 'sha256')) === iso.sha256) return;
    throw new MediaError(
      'media.changed',
      `The install medium ${path} was changed while the guest read it, so nothing of this install can be trusted. ` +
        'Bring the medium back to what it was and build again.',
      { details: { path, sha256: iso.sha256 } },
    );
  };
}

/** undefined when there is no such file. */
async function identityOf(path: string): Promise<{ file: string; content: string } | undefined> {
  const found = await stat(path, { bigint: true }).catch(ifMissing(undefined));
  return found && { file: `${found.dev}:${found.ino}`, content: `${found.size} ${found.mtimeNs}` };
}
