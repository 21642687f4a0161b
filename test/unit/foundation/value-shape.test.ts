import { expect, test } from 'vitest';
import { shapeProblem, type ValueShape } from '../../../src/foundation/value-shape.ts';

/** In a function, since the runner cannot send some of these values to its parent. */
const faulty = (): readonly (readonly [unknown, ValueShape, string])[] => [
  [BigInt(9), 'text', 'expects text, found the bigint 9.'],
  [Symbol('x'), 'flag', 'expects true or false, found the symbol Symbol(x).'],
  ['yes', 'flag', 'expects true or false, found the string "yes".'],
  [null, 'object', 'expects an object, found nothing.'],
  [[], 'object', 'expects an object, found a list.'],
  [() => {}, 'text or number', 'expects text or a number, found a function.'],
  [{ a: 'secret', b: 1 }, 'texts', 'expects a list of texts, found a map. Write ["a=…", "b=…"].'],
  ['allways', ['never', 'always'], 'expects one of never, always, found the string "allways".'],
];

test('a value of another kind is told, whatever it is', () => {
  for (const [value, shape, says] of faulty()) expect(shapeProblem(value, shape)).toBe(says);
});

test('a value of its kind has no problem, and none is none', () => {
  expect(shapeProblem(undefined, 'text')).toBeUndefined();
  expect(shapeProblem(2048, 'text or number')).toBeUndefined();
  expect(shapeProblem([], 'texts')).toBeUndefined();
  expect(shapeProblem('never', ['never', 'always'])).toBeUndefined();
});
