import { expect, test } from 'vitest';
import { createEventStream } from '../../../src/libvirt/event-stream.ts';
import type { DomainEvent } from '../../../src/libvirt/libvirt.ts';

const event = (at: number): DomainEvent => ({ at, kind: 'reboot' });

async function times(events: AsyncIterable<DomainEvent>): Promise<number[]> {
  const seen: number[] = [];
  for await (const { at } of events) seen.push(at);
  return seen;
}

test('events from before and during the reading arrive in order; close ends it', async () => {
  const stream = createEventStream();
  stream.push(event(1));
  stream.push(event(2));
  const reading = times(stream);
  await Promise.resolve();
  stream.push(event(3));
  stream.close();
  stream.push(event(4));
  expect(await reading).toEqual([1, 2, 3]);
});

test('leaving the loop closes the stream, once', async () => {
  let closed = 0;
  const stream = createEventStream(() => {
    closed += 1;
  });
  stream.push(event(1));
  for await (const _ of stream) break;
  stream.close();
  expect(closed).toBe(1);
});
