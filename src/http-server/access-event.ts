/** What one request asked for; the same in all of its events. */
export type AccessRequest = {
  /** Counts the server's requests from 1. */
  readonly id: number;
  /** Address of the client. A guest behind QEMU's user networking appears as the host itself. */
  readonly client: string;
  readonly method: string;
  /**
   * Decoded path below the server's base, without the token: `pool/main/a.deb`. Of a refused request the path as it was sent, or
   * `(hidden)` when it did not know the token.
   */
  readonly path: string;
  /** Without the question mark; undefined when there is none. */
  readonly query?: string;
  readonly userAgent?: string;
};

export type AccessEvent = AccessRequest & { /** Milliseconds since the epoch. */ readonly at: number } & (
    | { readonly type: 'request' }
    /** A long answer goes on; at most once a second. */
    | { readonly type: 'progress'; readonly sentBytes: number; readonly totalBytes: number }
    | {
        readonly type: 'response';
        readonly status: number;
        /** Of the body. */
        readonly sentBytes: number;
        /** Of the body that was promised by Content-Length. */
        readonly totalBytes: number;
        /** false when the client went away or the file shrank. */
        readonly complete: boolean;
        readonly milliseconds: number;
      }
  );

export type AccessListener = (event: AccessEvent) => void;

/** One line of an access log in the common log format's spirit, safe for a terminal. */
export function accessLine(event: Extract<AccessEvent, { type: 'response' }>): string {
  const { client, method, path, query, status, sentBytes, complete } = event;
  const asked = printable(`${method} /${path}${query === undefined ? '' : `?${query}`}`);
  const cut = complete ? '' : ' (cut off)';
  return `${new Date(event.at).toISOString()} ${client} ${asked} ${status} ${sentBytes}${cut}`;
}

/** Clients choose paths: nothing of them may move a terminal's cursor. */
const printable = (text: string): string =>
  text.replaceAll(/[^\x20-\x7e\u00a1-\uffff]/g, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
      .join(''),
  );
