import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from './logger.ts';
import { makeFolder } from './make-folder.ts';
import { replaceFile } from './replace-file.ts';
import { asKilnError } from './system-error.ts';

/** Remembers the answer of a slow question for as long as its key stays the same. */
export type ProbeCache = {
  /** The remembered answer, or undefined when there is none for this key. */
  read(name: string, key: string): Promise<unknown>;
  write(name: string, key: string, answer: unknown): Promise<void>;
};

/** Keeps each answer in a small JSON file under `<cacheDir>/host`; losing them only costs time. */
export function probeCacheIn(cacheDir: string, logger: Logger): ProbeCache {
  const fileOf = (name: string): string => join(cacheDir, 'host', `${name}.json`);
  return {
    read: async (name, key) => {
      const text = await readFile(fileOf(name), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : answerFor(text, key);
    },
    write: async (name, key, answer) => {
      const file = fileOf(name);
      try {
        await makeFolder(dirname(file));
        await replaceFile(file, JSON.stringify({ key, answer }));
      } catch (error) {
        const why = asKilnError(error);
        logger.warn(
          `This host will be probed again next time. ${why instanceof Error ? why.message : String(why)}`,
        );
      }
    },
  };
}

function answerFor(text: string, key: string): unknown {
  try {
    const stored: unknown = JSON.parse(text);
    const isOurs = typeof stored === 'object' && stored !== null && 'key' in stored && 'answer' in stored;
    return isOurs && stored.key === key ? stored.answer : undefined;
  } catch {
    // Half written or of another version: as good as none.
    return undefined;
  }
}
