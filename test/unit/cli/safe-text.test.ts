import { expect, test } from 'vitest';
import { safeJson, safeLine, safeText } from '../../../src/cli/safe-text.ts';

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a\u009b2Jb', 'ab'],
  ['a\u001b[2147483647Sb', 'ab'],
  ['a\u001b[1;22222;333333;4444444444mb', 'ab'],
  ['a\u001b[?25l\u001b[0 qb', 'ab'],
  ['a\u001bP+q544e\u001b\\b', 'ab'],
  ['a\u0090+q544e\u009cb', 'ab'],
  ['a\u001b_Gf=100;AAAA\u001b\\b\u001b^x\u001b\\c\u001bXy\u001b\\d', 'abcd'],
  ['a\u001bkscreen title\u001b\\b', 'ab'],
  ['a\u001b(Bb\u001b=c\u001b7d', 'abcd'],
  ['a\u001bPnever ended\nb', 'anever ended\nb'],
  ['bell\u0007', 'bell'],
  ['\u202egnp.exe', 'gnp.exe'],
  ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
  ['tab\tstays', 'tab\tstays'],
  ['Grüße 🔥', 'Grüße 🔥'],
])('%j becomes %j', (given, expected) => {
  expect(safeText(given)).toBe(expected);
});

test('a line is one line', () => {
  expect(safeLine(' a\n\tb\r c ')).toBe('a b c');
});

test('nothing that a terminal obeys survives, whatever surrounds it', () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  const text = safeText(all.flatMap((first) => [`\u001b${first}`, first]).join(''));
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

// Were each to look for its end through all that follows, they would take hours.
test('hundreds of thousands of introducers without an end are taken off', () => {
  for (const one of ['\u0090x', '\u001bPx', '\u001b]x', '\u009b1', '\u001b[1', '\u001b[ '])
    expect(safeText(one.repeat(200_000))).not.toMatch(/[\u001b\u0090\u009b]/);
});

test('JSON keeps the text and carries no control character', () => {
  const value = { message: 'a\u009b2J\u001b[0m\u007f\u202eb' };
  const text = safeJson(value);
  expect(text).toMatch(/^[\u0020-\u007e]+$/);
  expect(JSON.parse(text)).toEqual(value);
});
