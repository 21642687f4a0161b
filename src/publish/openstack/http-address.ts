/** Whether something is an address that requests can be sent to. Blanks are refused, though `URL` would leave them out unseen. */
export function isHttpAddress(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) return false;
  return ['http:', 'https:'].includes(new URL(text).protocol);
}

/**
 * Why a service's address cannot be used, as the end of a sentence; undefined when it can. Kiln logs in by other means than the address,
 * and prints and keeps it; what is asked for is added at its end.
 */
export function addressProblem(text: string): string | undefined {
  if (!isHttpAddress(text)) return 'is no address; it begins with http:// or https://';
  const { username, password } = new URL(text);
  if (username || password)
    return 'holds a login, which Kiln does not send and everybody could read; leave it out';
  return /[?#]/.test(text)
    ? 'holds a query or fragment, behind which no path has room; leave it out'
    : undefined;
}

/** Whether a user's word for an address holds one, also where it is no address otherwise. */
export function holdsLogin(text: string): boolean {
  const { username, password } = URL.canParse(text) ? new URL(text) : { username: '', password: '' };
  return username + password !== '' || /^[^/?#]*:[/\\]*[^/\\?#]*@/.test(text);
}

/** An address for a message, without a login that stands in it, and without its query, which may hold a key. */
export function shownAddress(text: string): string {
  const safe = text.replace(/^([a-z][a-z+.-]*:\/\/)?.*@/is, '$1').replace(/[?#].*/s, '…');
  return JSON.stringify(safe.length > 200 ? `${safe.slice(0, 200)}…` : safe);
}
