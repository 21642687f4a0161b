import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../support/compiled-cli.ts';

const bench = join(import.meta.dirname, '..', '..', 'bench', 'run.js');

test.each([
  [['--only', 'nosuch'], /^error: --only knows builds, cpu, .*, not "nosuch"\n$/],
  [['--rounds', 'x'], /^error: --rounds takes a count, not "x"\n$/],
  [['--nosuch'], /^error: .*'--nosuch'.*\n$/],
])('the benchmark tells in one line what is wrong with %j', async (words, message) => {
  const { code, stdout, stderr } = await runProgram(process.execPath, [bench, ...words]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
