import type { MediaError } from '../../foundation/errors.ts';

/** The files of install media, whether they lie in an ISO, in a folder or on a web server. */
export type MediaTree = {
  /** For messages: the path or URL as the user knows it, without credentials. */
  readonly name: string;
  readonly volumeLabel: string | undefined;
  readonly boots: { readonly bios: boolean; readonly uefi: boolean };
  /** Its files come from a server one by one. */
  readonly fromServer: boolean;
  exists(path: string): Promise<boolean>;
  /** Where `exists` says no although something is there: what it is. Left out by trees that have nothing but files. */
  whyUnusable?(path: string): Promise<MediaError | undefined>;
  /** How the page begins that a server sends for files it does not have, as if they were there; undefined when it sends none. */
  pageInstead?(): Promise<string | undefined>;
  /** A small text file; undefined when there is none. */
  readText(path: string): Promise<string | undefined>;
  /**
   * Copies a file out.
   * @throws MediaError `media.not-found` when there is none
   */
  copy(path: string, target: string): Promise<void>;
  /** Names in a folder; empty when it is missing or cannot be listed (HTTP). */
  list(path: string): Promise<readonly string[]>;
};

/** Media whose files lie on this machine: looking at one costs nothing. */
export type LocalTree = MediaTree & {
  /** The first `limit` bytes of a file, or all there are; undefined when there is none. */
  readStart(path: string, limit: number): Promise<Buffer | undefined>;
};

/** Text files on media that are read whole are a few kilobytes; more is not what we think it is. */
export const LARGEST_TEXT = 2 ** 20;
