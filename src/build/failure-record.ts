import { readFile } from 'node:fs/promises';
import { READ_AT_ONCE } from '../foundation/read-regular-file.ts';
import type { PhaseSpan } from '../watch/recorder.ts';
import type { BuildDirectory } from './build-directory.ts';

/** What `saveEvidence` wrote of a failed install, as far as it can be read. */
export type FailureRecord = {
  readonly code: string;
  readonly message: string;
  readonly patternId?: string;
  /** Where a template's own pattern stands, whose id means nothing to its author. */
  readonly patternAt?: string;
  readonly line?: string;
  readonly phase?: string;
  readonly script: readonly string[];
  readonly consoleTail: readonly string[];
};

const isText = (value: unknown): value is string => typeof value === 'string';
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(isText) : []);

/** undefined when the build did not fail in its install, or left no evidence. */
export async function readFailure(directory: BuildDirectory): Promise<FailureRecord | undefined> {
  const value = await readJson(directory.failure);
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, message, patternId, patternAt, line, phase, script, consoleTail } = value as Record<
    string,
    unknown
  >;
  if (!isText(code) || !isText(message)) return undefined;
  return {
    code,
    message,
    ...(isText(patternId) ? { patternId } : {}),
    ...(isText(patternAt) ? { patternAt } : {}),
    ...(isText(line) ? { line } : {}),
    ...(isText(phase) ? { phase } : {}),
    script: texts(script),
    consoleTail: texts(consoleTail),
  };
}

/** The phases of the install in order; none when they were not recorded. */
export async function readTimeline(directory: BuildDirectory): Promise<readonly PhaseSpan[]> {
  const value = await readJson(directory.timeline);
  if (!Array.isArray(value)) return [];
  return value.filter((span): span is PhaseSpan => {
    const { phase, at, seconds } = (span ?? {}) as Record<string, unknown>;
    return isText(phase) && typeof at === 'number' && typeof seconds === 'number';
  });
}

/** A build that was killed may have left half a file. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, READ_AT_ONCE));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
