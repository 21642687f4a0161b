import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../foundation/logger.ts';

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
      const draft = `${file}.${randomUUID()}`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(draft, JSON.stringify({ key, answer }));
        await rename(draft, file);
      } catch (error) {
        logger.warn(`${file} cannot be written, so this will be probed again next time: ${String(error)}`);
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
