import type { BuildEvent, StageName } from '../build/build-events.ts';
import type { BuildRecord } from '../build/build-records.ts';
import type { BuildStory } from '../build/build-story.ts';

/** What server and page tell each other, besides build events. Types alone: the page's modules read them for their own checking. */

/** What a running build does now. */
export type NowDoing = {
  readonly stage: string;
  readonly detail?: string;
  readonly percent?: number;
  readonly remainingSeconds?: number;
};

export type ListedBuild = Pick<BuildRecord, 'id' | 'name' | 'status' | 'startedAt' | 'kept'> & {
  readonly seconds?: number;
  readonly error?: BuildRecord['error'];
  readonly now?: NowDoing;
};

/** `live/builds`: whenever anything of it changes. Newest first. */
export type BuildsMessage = {
  readonly type: 'builds';
  readonly builds: readonly ListedBuild[];
  /** Older ones, which the page does not list. */
  readonly notShown: number;
};

/** `api/builds/ID`. */
export type StoryAnswer = Omit<BuildStory, 'build'> & {
  readonly build: Omit<BuildRecord, 'process'>;
  /** What people call the stages. */
  readonly stageTitles: Readonly<Record<StageName, string>>;
};

/** `live/ID/events`: every event from the first one, and then this. */
export type EventsMessage = BuildEvent | { readonly type: 'no-more-events'; readonly at: number };

/** `live/ID/console` besides the guest's own bytes, which come as binary messages. */
export type ConsoleMessage =
  /** The browser was too slow, or there is more than is shown: so many bytes were left out. */
  | { readonly type: 'left-out'; readonly bytes: number }
  /** Whether keys reach the guest now; `why` not. */
  | { readonly type: 'input'; readonly on: boolean; readonly why?: string };

/** From the page to `live/ID/console`; keys come as binary messages. */
export type ConsoleRequest = { readonly type: 'input'; readonly on: boolean };

export type ErrorAnswer = { readonly code: string; readonly message: string };
