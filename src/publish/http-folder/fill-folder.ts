import { copyFile, constants as fsConstants, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../foundation/digest-file.ts';
import { CancelledError, PublishError } from '../../foundation/errors.ts';
import { acquireLock } from '../../foundation/lock-file.ts';
import { makeFolder } from '../../foundation/make-folder.ts';
import { aboutFile } from '../../foundation/write-file.ts';
import type { PublishContext } from '../publication.ts';
import { whyChanged } from '../source-changed.ts';
import type { SummedSource } from '../summed-source.ts';
import { hasContent, holds, requireFiles, type ServedFiles } from './served-files.ts';

export type Filled = 'created' | 'updated' | 'unchanged';

/**
 * Puts an image and the texts about it into a folder: all of them beside their places first, then each renamed. One process at a time does
 * so for one name; what a killed one left is overwritten by the next.
 * @throws DiskError `disk.changed`; PublishError `publish.mismatch`; SpecError `output.not-a-file`; CancelledError; the file system's
 *   error with the path of the file that was to be
 */
export async function fillFolder(files: ServedFiles, context: PublishContext): Promise<Filled> {
  const { folder, file } = files;
  const { signal, clock, onProgress } = context;
  await makeFolder(folder);
  await requireFiles(files);
  const onWait = (pid: number): void => onProgress(`waiting for process ${pid}, which publishes ${file}`);
  const release = await acquireLock(join(folder, `.${file}.lock`), { signal, clock, onWait }).catch(
    (error: unknown) => {
      throw aboutFile(error, join(folder, file));
    },
  );
  try {
    return await fill(files, context);
  } finally {
    await release();
  }
}

async function fill({ folder, file, source, texts }: ServedFiles, context: PublishContext): Promise<Filled> {
  const drafts = new Map<string, string>();
  const draftOf = (name: string): string => {
    const draft = join(folder, `.${name}.partial`);
    drafts.set(draft, join(folder, name));
    return draft;
  };
  try {
    const isThere = await hasContent(join(folder, file), source, context.signal);
    if (!isThere) await copyImage(source, draftOf(file), join(folder, file), context);
    for (const [suffix, text] of texts) {
      const path = join(folder, file + suffix);
      if (!(await holds(path, text))) await writeDraft(draftOf(file + suffix), text, path);
    }
    for (const [draft, path] of drafts)
      await rename(draft, path).catch((error: unknown) => {
        throw aboutFile(error, path);
      });
    if (!isThere) return 'created';
    return drafts.size > 0 ? 'updated' : 'unchanged';
  } finally {
    // Also what was only begun when the process that began it was killed.
    const all = ['', ...texts.map(([suffix]) => suffix)].map((suffix) => `.${file}${suffix}.partial`);
    for (const name of all) await rm(join(folder, name), { force: true });
  }
}

/** Beside its place, so that the rename stays in one file system; a copy-on-write file system copies nothing. */
async function copyImage(
  source: SummedSource,
  draft: string,
  path: string,
  { signal, onProgress }: PublishContext,
): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const before = { ...(await stat(source.path)), size: source.size };
  onProgress(`copying ${name}`);
  await rm(draft, { force: true });
  const { COPYFILE_EXCL, COPYFILE_FICLONE } = fsConstants;
  await copyFile(source.path, draft, COPYFILE_EXCL | COPYFILE_FICLONE).catch(async (error: unknown) => {
    // Node names the source whichever of both is to blame.
    throw (await whyChanged(source.path, before)) ?? aboutFile(error, path);
  });
  const cancelled = (): CancelledError => new CancelledError('The publication was cancelled.');
  if (signal.aborted) throw cancelled();
  onProgress(`checking ${name}`);
  const sha512 = await digestFile(draft, 'sha512', signal).catch((error: unknown) => {
    throw signal.aborted ? cancelled() : error;
  });
  if (sha512 === source.sha512) return;
  throw (await whyChanged(source.path, before)) ?? otherSum(source);
}

function otherSum({ path, manifest }: SummedSource): PublishError {
  const why =
    manifest === undefined
      ? 'was copied with another sha512 than it had a moment before: something writes to it, or a disk is failing. Publish it again when nothing uses it.'
      : 'has another sha512 than its manifest says: it has changed since it was built. Build it again.';
  return new PublishError('publish.mismatch', `${path} ${why}`, { details: { path } });
}

/** Synced, so that after a crash there is the old text or the whole new one. */
async function writeDraft(draft: string, text: string, path: string): Promise<void> {
  try {
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw aboutFile(error, path);
  }
}
