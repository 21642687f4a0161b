import { describe, expect, it } from 'vitest';
import { readLinePattern } from '../../../src/foundation/line-pattern.ts';

describe("a user's expression", () => {
  it.each([
    ['^deploy: FAILED', 'deploy: FAILED at 3', true],
    ['\\bno (disk|card)\\b.*\\d{2,}', 'no card 12', true],
    ['\\u2500\\/x', '─/x', true],
    ['(?i)failed', 'Deploy FAILED', true],
    ['[(?=]+\\\\1', '(=\\1', true],
    ['^login:$', 'kiln login: ', false],
  ])('%j compared with %j: %s', (text, line, matches) => {
    expect(readLinePattern(text).test(line)).toBe(matches);
    expect(readLinePattern(text).exec(line) !== null).toBe(matches);
  });

  it('tells what its named groups caught', () => {
    expect(readLinePattern('^(?<word>\\w+) (?<line>\\d+)?').exec('disk x')?.groups).toEqual({ word: 'disk' });
  });

  it.each(['^(a+)+$', '(a|aa)+$', '^(a?){50}a{50}$', '(.*a){20}$'])(
    '%s is compared in linear time',
    (text) => {
      const pattern = readLinePattern(text);
      const from = process.cpuUsage().user;
      expect(pattern.test(`${'a'.repeat(49)}!`)).toBe(false);
      expect((process.cpuUsage().user - from) / 1000).toBeLessThan(500);
    },
  );

  it.each([
    ['(?!x)a', /look-around \(\(\?!\).*describe the wanted line itself/],
    ['(?<=x)a', /look-around/],
    ['(a)\\1', /a back-reference \(\\1\).*write the repeated text out/],
    ['(?<q>a)\\k<q>', /a back-reference/],
    ['(', /is not a regular expression: missing closing/],
    ['a{2000}', /is not a regular expression/],
  ])('%s is refused: %s', (text, message) => {
    expect(() => readLinePattern(text)).toThrow(message);
    expect(() => readLinePattern(text)).toThrow(RangeError);
  });
});
