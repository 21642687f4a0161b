import { expect, test } from 'vitest';
import { isEverydayWord } from '../../../src/build/everyday-words.ts';

const plan = { name: 'webserver', variables: { user: 'Jonathan', my_secret: 'correct-horse' } };

test.each(['debian', 'Debian', 'ubuntu', 'password', 'webserver', 'jonathan'])(
  '%s is a word that guests print',
  (word) => {
    expect(isEverydayWord(word, plan)).toBe(true);
  },
);

test.each(['correct-horse', 'debian!2026', 'hunter22'])('%s is none', (word) => {
  expect(isEverydayWord(word, plan)).toBe(false);
});
