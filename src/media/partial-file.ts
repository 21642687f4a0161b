import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../foundation/if-missing.ts';
import { withLock } from '../foundation/lock-file.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { writeFile } from '../foundation/write-file.ts';

/** Which file of the server the beginning belongs to; undefined parts are what the server did not tell. */
export type PartialNote = { readonly version?: string | undefined; readonly total?: number | undefined };

export type PartialFile = {
  readonly path: string;
  size(): Promise<number>;
  note(): Promise<PartialNote>;
  begin(note: PartialNote): Promise<void>;
  discard(): Promise<void>;
};

/**
 * Lets `fill` complete the unfinished download of that URL, which outlives this run, and moves it to `target`. Who wants the same URL
 * meanwhile waits, and takes over when this process dies.
 */
export async function completePartial(
  folder: string,
  url: string,
  target: string,
  signal: AbortSignal | undefined,
  fill: (part: PartialFile) => Promise<void>,
): Promise<void> {
  await makeFolder(folder);
  const path = join(folder, createHash('sha256').update(url).digest('hex').slice(0, 32));
  await withLock(
    `${path}.lock`,
    async () => {
      const part = partialFile(path);
      try {
        await fill(part);
      } catch (error) {
        // Nothing to go on with; on a full disk all that would stay is an empty file.
        if ((await part.size()) === 0) await part.discard();
        throw error;
      }
      await rename(path, target);
      await part.discard();
    },
    signal ? { signal } : {},
  );
}

function partialFile(path: string): PartialFile {
  const notePath = `${path}.json`;
  return {
    path,
    size: async () => (await stat(path).catch(ifMissing(undefined)))?.size ?? 0,
    note: async () => {
      const text = await readFile(notePath, 'utf8').catch(ifMissing(undefined));
      return text === undefined ? {} : parseNote(text);
    },
    begin: (note) => writeFile(notePath, JSON.stringify(note)),
    discard: async () => {
      await Promise.all([path, notePath].map((file) => rm(file, { force: true })));
    },
  };
}

function parseNote(text: string): PartialNote {
  try {
    const { version, total } = JSON.parse(text) as Record<string, unknown>;
    return {
      version: typeof version === 'string' ? version : undefined,
      total: typeof total === 'number' ? total : undefined,
    };
  } catch (error) {
    // Cut short by a full disk or a power cut: as good as none.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
