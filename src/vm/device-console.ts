import type { DomainInput } from './domain-input.ts';
import { element, type Xml } from './xml.ts';

/**
 * The first serial port goes to a file: following a file needs no stream, outlives a restart of Kiln, and is itself the
 * evidence. `append` keeps what an earlier start of the same domain wrote.
 */
export function serialElement(input: DomainInput): Xml {
  return element(
    'serial',
    { type: 'file' },
    element('source', { path: input.serialLog, append: 'on' }),
    element('target', { type: 'isa-serial', port: 0 }),
  );
}

/** A screen without a viewer: nothing listens on a port, but screenshots can be taken. */
export function videoElement(): Xml {
  return element('video', {}, element('model', { type: 'vga', vram: 16384, heads: 1 }));
}
