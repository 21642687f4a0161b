/** Which bytes of a file an answer holds: `whole`, one part, or none because the range lies outside. */
export type ByteRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number /** Inclusive. */; readonly last: number }
  | { readonly kind: 'outside' };

/**
 * Reads a Range header (RFC 9110, 14.1.2). What is no byte range, or asks for several at once, counts as absent, which the RFC allows;
 * installers, apt and iPXE ask for one.
 */
export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '');
  const [from, to] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (match === null || (from === '' && to === '')) return { kind: 'whole' };
  if (from === '') {
    const count = Math.min(Number(to), size);
    return count === 0 ? { kind: 'outside' } : { kind: 'part', first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return { kind: 'whole' };
  return first >= size ? { kind: 'outside' } : { kind: 'part', first, last };
}
