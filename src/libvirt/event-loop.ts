import type { LibvirtLibrary } from './libvirt-library.ts';

const NEVER = -1;
const NOW = 0;

/**
 * libvirt's own event loop, run on a worker thread while a connection is open. It sleeps in poll() until a socket has
 * something to say, so it costs nothing while idle; to end it we ring a timer that otherwise never fires.
 *
 * An open connection keeps Node alive (something may still happen). Should the process exit without closing it, the
 * timer is rung too: Node joins its worker threads at exit and would wait for poll() for ever.
 */
export class EventLoop {
  readonly #library: LibvirtLibrary;
  readonly #timer: number;
  readonly #ring = (): void => this.#library.virEventUpdateTimeout(this.#timer, NOW);
  #users = 0;
  #running = false;

  /** Must come before the first connection of the process, and only once. */
  constructor(library: LibvirtLibrary) {
    this.#library = library;
    library.virEventRegisterDefaultImpl();
    this.#timer = library.virEventAddTimeout(NEVER, library.doNothing, null, null);
  }

  acquire(): void {
    this.#users += 1;
    if (!this.#running) void this.#run();
  }

  /** Ends the loop after its last user; the worker thread is free within a millisecond. */
  release(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#ring();
  }

  async #run(): Promise<void> {
    this.#running = true;
    process.on('exit', this.#ring);
    while (this.#users > 0) {
      this.#library.virEventUpdateTimeout(this.#timer, NEVER);
      const result = await this.#library.virEventRunDefaultImpl.blocking();
      if (result < 0) throw new Error("libvirt's event loop failed: poll() on its sockets gave an error.");
    }
    process.off('exit', this.#ring);
    this.#running = false;
  }
}
