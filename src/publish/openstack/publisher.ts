import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { isAlive, ownIdentity } from '../../foundation/process-identity.ts';

/** Where a cloud's thing names the publication that began it, until it is whole; what is only a means bears it as long as it is there. */
export const PUBLISHER_PROPERTY = 'kiln_begun_by';

/** One publication, as it signs what it begins in a cloud. */
export type Publisher = {
  /** Process and publication in one word, short enough for a property of an image. */
  readonly word: string;
  end(): void;
};

/** `unknown`: begun where its process cannot be seen from here. */
export type Standing = 'running' | 'ended' | 'unknown';

/** This process may have several at work. */
const atWork = new Set<string>();

export function beginPublisher(): Publisher {
  const { pid, startedAt } = ownIdentity();
  const word = [startedAt, ...viewpoint(), pid, randomUUID()].join('/');
  atWork.add(word);
  return { word, end: () => void atWork.delete(word) };
}

/** What is known of the publication that signed with a word. */
export function standingOf(word: unknown): Standing {
  const [boot, ticks, namespace, user, pid] = String(word).split('/');
  const own = ownIdentity();
  const [ownBoot] = own.startedAt.split('/');
  if ([boot, namespace, user].join() !== [ownBoot, ...viewpoint()].join()) return 'unknown';
  const process = { pid: Number(pid), startedAt: `${boot}/${ticks}` };
  if (!isAlive(process)) return 'ended';
  return process.pid !== own.pid || atWork.has(String(word)) ? 'running' : 'ended';
}

/** Whether what bears a word is nobody's work any more, or only the publisher's own. What was begun on another host nobody here can tell of. */
export const mayTake = (word: unknown, publisher: string): boolean =>
  word === publisher || standingOf(word) === 'ended';

/** Containers of one host number processes by themselves, and with `hidepid` (proc(5)) users do not see each other's. */
function viewpoint(): readonly string[] {
  return [String(statSync('/proc/self/ns/pid').ino), String(process.getuid?.())];
}
