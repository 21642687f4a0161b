import type { DomainEvent, EventSubscription } from './libvirt.ts';

/** The end that libvirt's callbacks (or a fake) write to. */
export type EventStream = EventSubscription & { push(event: DomainEvent): void };

/**
 * A queue without limit between callbacks that must not wait and a reader that takes its time. For one reader.
 * What was pushed before close() is still delivered; then the iteration ends.
 */
export function createEventStream(onClose: () => void = () => {}): EventStream {
  const events: DomainEvent[] = [];
  let closed = false;
  let wake: () => void = () => {};

  const close = (): void => {
    if (closed) return;
    closed = true;
    onClose();
    wake();
  };
  async function* read(): AsyncGenerator<DomainEvent, void, undefined> {
    try {
      while (true) {
        const event = events.shift();
        if (event !== undefined) yield event;
        else if (closed) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      close();
    }
  }
  return {
    push: (event) => {
      if (closed) return;
      events.push(event);
      wake();
    },
    close,
    [Symbol.asyncIterator]: read,
  };
}
