import { expect, it } from 'vitest';
import { findInList } from '../../../src/media/verify/checksum-list.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const C = 'C'.repeat(128);
const find = (text: string) => findInList(text, 'x.iso', 'SUMS');

it.each([
  ['sha256sum', `${B}  y.iso\n${A}  x.iso\n`, 'sha256', A, 2],
  ['binary mode', `${A} *x.iso\r\n`, 'sha256', A, 1],
  ['a folder before it', `${A}  ./iso/x.iso`, 'sha256', A, 1],
  ["Fedora's", `# x.iso: 12 bytes\nSHA256 (x.iso) = ${A}\n`, 'sha256', A, 2],
  ['the strongest of several', `${A}  x.iso\nSHA512 (x.iso) = ${C}\n`, 'sha512', C.toLowerCase(), 2],
  ['twice the same', `${A}  x.iso\n${A}  x.iso\n`, 'sha256', A, 1],
])('reads %s', (_what, text, algorithm, digest, line) => {
  expect(find(text)).toEqual({ pin: { algorithm, digest }, line });
});

it.each([
  ['another file', `${A}  y.iso`, /lists no x\.iso; it lists y\.iso/],
  ['a page', '<html>not found</html>', /no SHA-256 or SHA-512 checksums at all/],
  ['a digest that is too short', 'SHA256 (x.iso) = abc', /lists no x\.iso/],
  ['two that differ', `${A}  x.iso\n\n${B}  x.iso`, /SUMS:3 gives x\.iso another checksum than line 1/],
])('refuses %s', (_what, text, message) => {
  expect(() => find(text)).toThrowError(
    expect.objectContaining({ code: 'media.checksum-list', message: expect.stringMatching(message) }),
  );
});
