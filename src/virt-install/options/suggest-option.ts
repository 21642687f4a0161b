import { nearestWord } from '../../foundation/nearest-word.ts';
import { REFUSED } from './command-options.ts';

/** Names under which people try to hand over a password; other users of the host can read a process's arguments. */
export const SECRET_OPTIONS = ['root-password', 'root-pw', 'rootpw', 'password', 'admin-password'];

/** What to use for them. */
const SECRET_FILE = 'root-password-file';

/**
 * ` Did you mean "--memory"?`, or nothing. Never an option that is refused.
 * @param typed without dashes
 * @param names long names that may be meant, without dashes
 */
export function suggestOption(typed: string, names: readonly string[]): string {
  const refused = names.includes(SECRET_FILE) ? SECRET_OPTIONS : [];
  const taken = names.filter((name) => !(name in REFUSED) && !refused.includes(name));
  const nearest = nearestWord(typed, [...taken, ...refused]);
  if (nearest === undefined) return '';
  return ` Did you mean "--${refused.includes(nearest) ? SECRET_FILE : nearest}"?`;
}
