import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { identityOf } from '../../../src/foundation/process-identity.ts';
import { beginPublisher, standingOf } from '../../../src/publish/openstack/publisher.ts';

it('a publication runs until it ends, whatever else its process publishes', () => {
  const [one, other] = [beginPublisher(), beginPublisher()];
  one.end();
  expect([one, other].map(({ word }) => standingOf(word))).toEqual(['ended', 'running']);
  expect(other.word.length).toBeLessThan(256);
  other.end();
});

it('that of another process runs as long as the process', async () => {
  const own = beginPublisher();
  own.end();
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const [boot, , namespace, user, , id] = own.word.split('/');
  const ticks = identityOf(pid)?.startedAt.split('/')[1];
  const word = [boot, ticks, namespace, user, pid, id].join('/');
  expect(standingOf(word)).toBe('running');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(standingOf(word)).toBe('ended');
});

it.each([
  [0, 'an earlier boot or another host'],
  [2, 'another container'],
  [3, 'another user'],
])('of what does not see this process (part %i: %s) nothing is known', (part) => {
  const publisher = beginPublisher();
  const words = publisher.word.split('/');
  expect(standingOf(words.with(part, '4711').join('/'))).toBe('unknown');
  publisher.end();
});

it('of what was not signed nothing is known', () => {
  expect([undefined, '', 'x', 7].map(standingOf)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
});
