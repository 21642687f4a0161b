import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuildRecord, listBuilds } from '../build/build-records.ts';
import { eventLogPath } from '../build/event-log.ts';
import { parseEvent } from '../build/follow-events.ts';
import { ifMissing } from '../foundation/if-missing.ts';
import type { LiveSocket } from './live-socket.ts';
import type { BuildsMessage, ListedBuild, NowDoing } from './page-messages.ts';

const POLL_MS = 1000;
/** Looking may take a tenth of the time at most, however many builds there are. */
const REST_FACTOR = 10;
const MOST_BUILDS = 300;
/** Holds the last progress of any build. */
const TAIL_BYTES = 16 * 1024;

export type BuildList = () => Promise<BuildsMessage>;

/** The list of builds; those who ask within a second of each other get the same one. */
export function createBuildList(stateDir: string): BuildList {
  let last: { readonly until: number; readonly answer: Promise<BuildsMessage> } | undefined;
  return () => {
    const now = Date.now();
    if (last === undefined || now >= last.until) {
      const answer = readList(stateDir);
      last = { until: now + POLL_MS, answer };
      const rest = (): void => {
        const took = Date.now() - now;
        last = { until: now + Math.max(POLL_MS, took * REST_FACTOR), answer };
      };
      answer.then(rest, () => {
        last = undefined;
      });
    }
    return last.answer;
  };
}

/** `live/builds`. */
export async function tellBuilds(list: BuildList, live: LiveSocket): Promise<void> {
  let told: string | undefined;
  while (!live.signal.aborted) {
    const message = await list();
    const text = JSON.stringify(message);
    if (text !== told) await live.tell(message);
    told = text;
    await delay(POLL_MS, undefined, { signal: live.signal }).catch(() => undefined);
  }
}

async function readList(stateDir: string): Promise<BuildsMessage> {
  const builds = (await listBuilds(stateDir)).reverse();
  const running = builds.filter(({ status }) => status === 'running');
  const others = builds.filter(({ status }) => status !== 'running');
  const shown = [...running, ...others].slice(0, Math.max(MOST_BUILDS, running.length));
  return {
    type: 'builds',
    builds: await Promise.all(shown.map((build) => listed(stateDir, build))),
    notShown: builds.length - shown.length,
  };
}

async function listed(stateDir: string, build: BuildRecord): Promise<ListedBuild> {
  const { id, name, status, startedAt, kept, seconds, error } = build;
  const now = status === 'running' ? await nowDoing(eventLogPath(stateDir, id)) : undefined;
  return {
    ...{ id, name, status, startedAt, kept },
    ...(seconds === undefined ? {} : { seconds }),
    ...(error === undefined ? {} : { error }),
    ...(now === undefined ? {} : { now }),
  };
}

/** Read from the end of what it has told; undefined when it has told nothing yet. */
async function nowDoing(path: string): Promise<NowDoing | undefined> {
  for (const line of (await readEnd(path)).split('\n').reverse()) {
    const [event] = parseEvent(line);
    if (event?.type === 'stage-started') return { stage: event.stage };
    if (event?.type !== 'stage-progress') continue;
    const { stage, detail, percent, remainingSeconds } = event;
    return {
      stage,
      detail,
      ...(percent === undefined ? {} : { percent }),
      ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
    };
  }
  return undefined;
}

async function readEnd(path: string): Promise<string> {
  const file = await open(path).catch(ifMissing(undefined));
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
