import { expect, test } from 'vitest';
import { createLastBytes } from '../../../src/serve/last-bytes.ts';

const text = ({ bytes, leftOut }: { readonly bytes: Uint8Array; readonly leftOut: number }) =>
  [Buffer.from(bytes).toString(), leftOut] as const;

test('keeps what fits, in order, and counts the rest', () => {
  const last = createLastBytes(5);
  expect(text(last.take())).toEqual(['', 0]);
  last.add(Buffer.from('ab'));
  last.add(Buffer.from('cd'));
  expect(text(last.take())).toEqual(['abcd', 0]);
  last.add(Buffer.from('abc'));
  last.add(Buffer.from('de'));
  last.add(Buffer.from('fg'));
  expect(text(last.take())).toEqual(['cdefg', 2]);
  last.add(Buffer.from('0123456789'));
  expect(text(last.take())).toEqual(['56789', 5]);
  expect(text(last.take())).toEqual(['', 0]);
});

test('keeps a copy: the reader uses its buffer again', () => {
  const last = createLastBytes(5);
  const buffer = Buffer.from('abc');
  last.add(buffer);
  buffer.fill('x');
  expect(text(last.take())).toEqual(['abc', 0]);
});
