import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (use: string) =>
  lintScript({
    text: `<profile><partitioning t="list">\n<drive>${use}</drive></partitioning></profile>\n`,
    kind: 'autoyast',
    target: {},
  })
    .filter(({ rule }) => rule === 'autoyast.bad-use')
    .map(({ line, fix }) => `${line}: ${fix}`);

it.each([
  ['al', 'all'],
  ['All', 'all'],
  ['linx', 'linux'],
  ['everything', 'all, free, linux, or numbers of partitions such as 1,2'],
  ['sda1', 'all, free, linux, or numbers of partitions such as 1,2'],
])('<use>%s</use> is told', (value, instead) => {
  expect(found(`<use>${value}</use>`)).toEqual([`2: write ${instead}`]);
});

it.each(['all', 'free', 'linux', '1', '1,2, 3', ' all ', '{{use}}', ''])(
  '<use>%s</use> is taken',
  (value) => {
    expect(found(`<use>${value}</use>`)).toEqual([]);
  },
);
