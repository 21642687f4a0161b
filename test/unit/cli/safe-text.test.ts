import { expect, test } from 'vitest';
import { safeJson, safeLine, safeText } from '../../../src/cli/safe-text.ts';

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a\u009b2Jb', 'ab'],
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

test('JSON keeps the text and carries no control character', () => {
  const value = { message: 'a\u009b2J\u001b[0m\u007f\u202eb' };
  const text = safeJson(value);
  expect(text).toMatch(/^[\u0020-\u007e]+$/);
  expect(JSON.parse(text)).toEqual(value);
});
