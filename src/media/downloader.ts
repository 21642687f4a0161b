import type { Clock } from '../foundation/clock.ts';
import type { ByteSource } from './byte-source.ts';
import type { ProxySettings } from './proxy-fetch.ts';

export type DownloadProgress = { readonly bytes: number; readonly total: number | undefined };

/** Files on servers. Errors: MediaError `media.not-found`, `media.download`. */
export type Downloader = {
  exists(url: string): Promise<boolean>;
  /** A small text file; undefined when the server has none, an error when it is longer than LARGEST_TEXT. */
  readText(url: string): Promise<string | undefined>;
  /** A small file, whole; an error when it is longer than `limit` bytes. Nothing of it is left behind. */
  readSmall(url: string, limit: number): Promise<Buffer>;
  /** The first `limit` bytes of a file, or all there are. */
  readStart(url: string, limit: number): Promise<Buffer>;
  /** Fetches into `target`; after a break it goes on where it stopped, in this run and in the next. */
  download(url: string, target: string): Promise<void>;
  /** Length and ETag or date, which change when the file does; undefined when the server tells neither. */
  identity(url: string): Promise<string | undefined>;
  /** For reading parts of a large file; undefined when the server gives no parts. */
  openBytes(url: string): Promise<ByteSource | undefined>;
};

export type DownloadOptions = {
  /** Folder for unfinished downloads. */
  readonly partial: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly clock?: Clock;
  /** Give up on a connection that delivers nothing for so long. */
  readonly stallMs?: number;
  readonly attempts?: number;
  readonly proxy?: ProxySettings;
  readonly fetch?: typeof fetch;
};

export const STALL_MS = 60_000;
export const ATTEMPTS = 4;
