import { expect, it } from 'vitest';
import { shellWords } from '../../../src/install-script/shell-words.ts';

it.each([
  ['a  b', ['a', 'b']],
  ['a --x="b c"d', ['a', '--x=b cd']],
  [`a 'b "c"' ""`, ['a', 'b "c"', '']],
  ['a b\\ c "d\\"e"', ['a', 'b c', 'd"e']],
  ['a # b "', ['a']],
  ['a#b c', ['a#b', 'c']],
  ['  ', []],
] as const)('splits %j', (line, words) => expect(shellWords(line)).toEqual(words));

it.each(['a "b', "a 'b", 'a \\'])('finds the open end of %j', (line) => {
  expect(shellWords(line)).toBeUndefined();
});
