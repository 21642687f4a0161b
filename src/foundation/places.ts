import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The folders Kiln uses besides the result's own (docs/places.md). */
export type Places = {
  /** Media and probes that can be made again. */
  readonly cache: string;
  /** Build records and ownership journals. */
  readonly state: string;
  /** Sockets and pid files; gone after a reboot. */
  readonly runtime: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Follows the XDG base directory specification, which has relative `XDG_*` ignored; `KILN_CACHE_DIR` and `KILN_STATE_DIR` move
 * Kiln's folders alone. The runtime folder stays short since a Unix socket's path is limited to 107 bytes (unix(7)).
 */
export function placesFrom(env: Environment): Places {
  const home = homeFrom(env);
  const cache = env.KILN_CACHE_DIR || join(absolute(env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'kiln');
  const state =
    env.KILN_STATE_DIR || join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'kiln');
  const runtime =
    env.KILN_RUNTIME_DIR || join(absolute(env.XDG_RUNTIME_DIR) ?? tmpdir(), `kiln-${userInfo().uid}`);
  return { cache: resolve(cache), state: resolve(state), runtime: resolve(runtime) };
}

/** `HOME`, unless it is empty or relative: then the account's own home (Node's `homedir()` would return what `HOME` says). */
export function homeFrom(env: Environment): string {
  return absolute(env.HOME) ?? userInfo().homedir;
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
