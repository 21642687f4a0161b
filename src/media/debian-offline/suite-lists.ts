import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../foundation/clock.ts';
import { MediaError } from '../../foundation/errors.ts';
import { CommandError } from '../../process/run-command.ts';
import type { DebianMirror } from './debian-mirror.ts';
import { type AptContext, privateApt } from './private-apt.ts';

/** Signed lists of one state of a suite, verified by apt. */
export type SuiteLists = {
  /** The name under which the mirror had them. */
  readonly suite: string;
  readonly lists: string;
  /** When the archive made this state. */
  readonly date: Date;
};

export type ListsOptions = AptContext & {
  /** Is told where the lists are not those of the suite's own name. */
  readonly onNotice?: ((message: string) => void) | undefined;
  readonly clock?: Clock;
};

/**
 * Debian's archive has each release under two names, one of which moves from release to release. A proxy or a mirror by a tool of
 * its own copies them one by one: while one is half copied, the other can be whole, mostly the state before.
 */
const MOVING_NAMES = ['stable', 'oldstable'];

/** Before looking again at a mirror that is being synchronised. */
const PAUSES_MS = [5000, 20_000];

/**
 * Fetches a suite's lists for all `components` at once, so that they are of one state of the archive.
 * @throws MediaError `media.mirror-sync` where what the mirror has under no name is what its signed Release file lists;
 *   CommandError when apt fails otherwise
 */
export async function fetchSuiteLists(
  folder: string,
  mirror: DebianMirror,
  suite: string,
  components: readonly string[],
  options: ListsOptions = {},
): Promise<SuiteLists> {
  const { onNotice, clock = systemClock, ...context } = options;
  const lists = join(folder, 'state', 'lists');
  const fetchAs = async (name: string): Promise<Release> => {
    const run = await privateApt(folder, { mirror, suite: name, components, lists }, context);
    await run('apt-get', ['update', '--error-on=any']);
    return readRelease(lists, name);
  };
  let file = '';
  for (const pause of [0, ...PAUSES_MS]) {
    if (pause > 0) {
      context.logger?.info(
        `${file} is out of step with its Release file; looking again in ${pause / 1000} s.`,
      );
      await clock.sleep(pause, context.signal);
    }
    const own = await fetchAs(suite).catch(requireOutOfSync);
    if (typeof own !== 'string') return { suite, lists, date: own.date };
    file = own;
    for (const name of MOVING_NAMES) {
      const other = await fetchAs(name).catch(requireCommandError);
      if (other?.codename !== suite) continue;
      onNotice?.(
        `The Debian mirror is being synchronised: ${file} is not what the signed Release file of ${suite} lists. What it has of ` +
          `${suite} under the name ${name} is used, as of ${other.date.toISOString().slice(0, 10)}.`,
      );
      return { suite: name, lists, date: other.date };
    }
  }
  throw beingSynchronised(suite, file);
}

/** apt's words for a file that is another than the one signed (apt-pkg/acquire-item.cc). */
const OUT_OF_SYNC =
  /^E: Failed to fetch \S+?\/dists\/(\S+)\s+(?:File has unexpected size|Hash Sum mismatch)/m;

/** The list that is out of step. */
function requireOutOfSync(error: unknown): string {
  const file = error instanceof CommandError ? OUT_OF_SYNC.exec(error.stderr)?.[1] : undefined;
  if (file === undefined) throw error;
  return `dists/${file}`;
}

/** A mirror need not have the other names. */
function requireCommandError(error: unknown): undefined {
  if (!(error instanceof CommandError)) throw error;
}

function beingSynchronised(suite: string, file: string): MediaError {
  return new MediaError(
    'media.mirror-sync',
    `The Debian mirror is being synchronised: ${file} is not what the signed Release file of ${suite} lists. Try again in an hour, ` +
      'point apt at another mirror, or name an installer ISO with --cdrom or --location.',
    { details: { suite, file } },
  );
}

type Release = { readonly codename: string | undefined; readonly date: Date };

/** Of the Release file that apt has verified and stored (unsigned copies never get there). */
async function readRelease(lists: string, suite: string): Promise<Release> {
  const name = (await readdir(lists)).find(
    (file) => /_dists_([^_]+)_(?:In)?Release$/.exec(file)?.[1] === suite,
  );
  const text = name === undefined ? '' : await readFile(join(lists, name), 'utf8');
  const date = new Date(/^Date: (.+)$/m.exec(text)?.[1] ?? '');
  if (Number.isNaN(date.getTime())) throw new RangeError(`no Release file with a date in ${lists}`);
  return { codename: /^Codename: (\S+)$/m.exec(text)?.[1], date };
}
