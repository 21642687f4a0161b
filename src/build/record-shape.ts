import { basename, isAbsolute } from 'node:path';
import { type Fits, flag, listOf, object, oneOf, optional, shaped, text } from '../foundation/value-fits.ts';
import { TARGET_KINDS } from '../publish/publish-target.ts';
import type { BuildRecord } from './build-records.ts';

/** As long as a file's name can be, for images and machines are named after it. */
const LONGEST_NAME = 255;
/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;
/** A century: a clock that is set meanwhile may add decades to a resumed build. */
const LONGEST_SECONDS = 100 * 366 * 86_400;
/** The most that the kernel counts processes to. */
const LAST_PID = 2 ** 22;

const textOfAtMost =
  (bytes: number): Fits =>
  (value) =>
    typeof value === 'string' && Buffer.byteLength(value) <= bytes && !value.includes('\0');
const within =
  (most: number): Fits =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= most;
const path: Fits = (value) => textOfAtMost(LONGEST_PATH)(value) && isAbsolute(String(value));
const fileName: Fits = (value) => textOfAtMost(LONGEST_NAME)(value) && basename(String(value)) === value;
export const moment: Fits = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
export const processIdentity: Fits = shaped({
  pid: (value) => Number.isInteger(value) && within(LAST_PID)(value),
  startedAt: text,
});

const target = shaped({
  kind: oneOf(TARGET_KINDS),
  where: text,
  options: (value) => object(value) && Object.values(value as object).every(listOf(text)),
});
const PUBLICATIONS: readonly Fits[] = [
  shaped({ target, status: oneOf(['published']), name: text, id: optional(text), url: optional(text) }),
  shaped({ target, status: oneOf(['failed']), code: text, message: text }),
  shaped({ target, status: oneOf(['open']) }),
];

const isRecord = shaped({
  id: text,
  name: textOfAtMost(LONGEST_NAME),
  directory: path,
  status: oneOf(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  process: processIdentity,
  startedAt: moment,
  endedAt: optional(moment),
  seconds: optional(within(LONGEST_SECONDS)),
  error: optional(shaped({ code: text, message: text })),
  images: listOf(fileName),
  publications: optional(listOf((value) => PUBLICATIONS.some((fits) => fits(value)))),
  kept: flag,
  guestLeft: optional(flag),
  unclean: flag,
});

/** undefined when the file was cut short or overwritten: a full disk, a power failure, another program. */
export function parseRecord(content: string): BuildRecord | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return isRecord(value) ? (value as BuildRecord) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
