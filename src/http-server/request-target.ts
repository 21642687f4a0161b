/** Where a request goes: below the base, outside it (as if nothing were there), or not a path this server understands. */
export type RequestTarget =
  | { readonly kind: 'inside'; readonly path: string; readonly query: string | undefined }
  | { readonly kind: 'outside' }
  | { readonly kind: 'bad' };

/**
 * Splits and decodes the target of a request line once (RFC 9112, 3.2). A path with `..`, an encoded slash or backslash, or a NUL is
 * refused rather than resolved: no client of ours sends one.
 * @param base path all of the server's files lie below, with slashes at both ends: `/` or `/4f1c…/`
 */
export function parseTarget(target: string, base: string): RequestTarget {
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const [raw = '', ...rest] = target.slice(absolute.length).split('?');
  const query = rest.length === 0 ? undefined : rest.join('?');
  if (!raw.startsWith('/')) return { kind: 'bad' };
  if (!raw.startsWith(base)) return { kind: 'outside' };
  const parts: string[] = [];
  for (const part of raw.slice(base.length).split('/')) {
    const decoded = decode(part);
    if (decoded === undefined || decoded === '..' || /[/\\\0]/.test(decoded)) return { kind: 'bad' };
    if (decoded !== '' && decoded !== '.') parts.push(decoded);
  }
  return { kind: 'inside', path: parts.join('/'), query };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not percent-encoded UTF-8.
    return undefined;
  }
}
