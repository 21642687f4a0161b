import { expect, it } from 'vitest';
import { specErrorOf } from '../../../src/foundation/errors.ts';
import { parseTemplate } from '../../../src/spec/parse-template.ts';

const parse = (text: string) => parseTemplate({ text, path: '/t/web.yaml', label: 'web.yaml' });
const MANY = 50_000;

// Were each key compared with all others, this would take a quarter of a minute.
it('reads a template with very many unknown keys in a time that grows as they do', { timeout: 6000 }, () => {
  const { problems, faulty } = parse(Array.from({ length: MANY }, (_, at) => `key${at}: x\n`).join(''));
  expect(problems).toHaveLength(MANY);
  expect(problems.at(-1)?.where).toBe(`web.yaml:${MANY}:1 key${MANY - 1}`);
  expect(faulty).toHaveLength(MANY);
});

it.each([
  ['disk: {size: 1GiB, bus: sata, size: 2GiB}\n', 1],
  ['variables:\n  a: x\n  "a": y\nname: web\nname: web\n', 2],
])('tells each key that stands a second time: %j', (text, count) => {
  expect(
    parse(text).problems.filter(({ problem }) => /stands here a second time/.test(problem)),
  ).toHaveLength(count);
});

it('tells the first fifty problems and how many more there are', () => {
  const problems = Array.from({ length: 53 }, (_, at) => ({
    where: `web.yaml:${at + 1}:1`,
    problem: 'is odd',
  }));
  const { message, details } = specErrorOf('web.yaml', problems);
  expect(message.split('\n')).toHaveLength(52);
  expect(message).toMatch(
    /^web\.yaml has 53 problems:\n(?:.*\n)* {2}web\.yaml:50:1: is odd\n {2}… and 3 more$/,
  );
  expect(details.problems).toHaveLength(53);
});
