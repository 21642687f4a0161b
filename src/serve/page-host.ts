import type { OpenGuest } from '../build/open-guest.ts';
import type { Logger } from '../foundation/logger.ts';

/** What the page's server may do on this host; what each means is `build/`'s. */
export type PageHost = {
  /** Kiln's state folder, with the records of builds. */
  readonly stateDir: string;
  /** Folder of package.json and `page/`. */
  readonly projectDir: string;
  /** What is known of the host, as lines, for reports. */
  readonly about: readonly string[];
  readonly openGuest: (id: string) => Promise<OpenGuest>;
  /** Goes on with an interrupted build, in a process of its own that outlives the page. */
  readonly resume: (id: string) => Promise<void>;
  readonly logger: Logger;
};
