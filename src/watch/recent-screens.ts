import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { removeIfEmpty } from '../foundation/remove-if-empty.ts';
import { writeFile } from '../foundation/write-file.ts';
import type { LibvirtConnection } from '../libvirt/libvirt.ts';
import { asPng } from './screenshot.ts';

export type RecentScreens = {
  /**
   * Ends the taking of screenshots; with `keep` those taken last become PNG files in the folder, else they go. Never throws: the
   * install ends as it ends, with pictures or without.
   */
  end(what: 'keep' | 'discard'): Promise<void>;
};

export type RecentScreensOptions = {
  readonly connection: LibvirtConnection;
  readonly uuid: string;
  /** Made when the first screenshot is taken. */
  readonly folder: string;
  /** Asked before anything is written. */
  readonly mayWrite?: () => boolean;
  readonly clock: Clock;
  /** Told once when screenshots cannot be kept. */
  readonly logger: Logger;
  readonly everyMs?: number;
};

/** Once a minute keeps the cost of a build's screenshots below a thousandth of a core. */
const EVERY_MS = 60_000;
const KEPT = 3;
/** A guest without a screen, or one that is just going. */
const MOST_REFUSALS = 3;

/** Of a file in a build's logs: a screenshot that is not wanted yet, as QEMU gave it. */
export const isRawScreen = (name: string): boolean => /(^|\/)screens\/screen-\d+s\.raw$/.test(name);

/** Takes a screenshot now and then; what the screen showed before an end tells more than the end. Kept as it comes until it is wanted. */
export function takeRecentScreens(options: RecentScreensOptions): RecentScreens {
  const { connection, uuid, folder, clock, logger, mayWrite = () => true, everyMs = EVERY_MS } = options;
  const stop = new AbortController();
  const startedAt = clock.monotonic();
  const taken: string[] = [];
  let isTold = false;

  /** A full disk, above all. */
  const complain = (error: unknown): void => {
    if (!isTold) logger.warn(`Screenshots of the guest cannot be kept: ${String(error)}`);
    isTold = true;
  };
  const keep = async (data: Uint8Array): Promise<void> => {
    const seconds = Math.round((clock.monotonic() - startedAt) / 1000);
    const path = join(folder, `screen-${String(seconds).padStart(5, '0')}s.raw`);
    await makeFolder(folder);
    taken.push(path);
    await writeFile(path, data);
    const old = taken.length > KEPT ? taken.shift() : undefined;
    if (old !== undefined) await rm(old, { force: true });
  };
  const take = async (): Promise<void> => {
    const { data } = await connection.screenshot(uuid);
    if (!stop.signal.aborted && mayWrite()) await keep(data).catch(complain);
  };
  const finish = async (path: string, what: 'keep' | 'discard'): Promise<void> => {
    const data = what === 'keep' ? await readFile(path) : undefined;
    // First, since the disk may be full and the picture is smaller.
    await rm(path, { force: true });
    if (data === undefined || data.length === 0) return;
    const picture = path.replace(/raw$/, 'png');
    await writeFile(picture, asPng(data)).catch(async (error: unknown) => {
      await rm(picture, { force: true });
      throw error;
    });
  };
  const run = async (): Promise<void> => {
    let refusals = 0;
    while (refusals < MOST_REFUSALS) {
      const goOn = await clock.sleep(everyMs, stop.signal).then(
        () => true,
        () => false,
      );
      if (!goOn) return;
      refusals = await take().then(
        () => 0,
        () => refusals + 1,
      );
    }
  };
  const running = run();

  return {
    end: async (what) => {
      stop.abort();
      await running;
      if (!mayWrite()) return;
      for (const path of taken) await finish(path, what).catch(complain);
      await removeIfEmpty(folder).catch(complain);
    },
  };
}
