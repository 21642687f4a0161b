import { expect, it } from 'vitest';
import { createInstallWarnings } from '../../../src/watch/install-warnings.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';

const warnings = (...lines: readonly string[]) => {
  const seen = createInstallWarnings(INSTALL_PATTERNS.filter(({ kind }) => kind === 'warning'));
  for (const line of lines) seen.read(line);
  return seen.all();
};

it.each([
  'Error code 2 running the kickstart script at line 13',
  '%post script at line 13 ended with exit code 2',
])('%s is a script that failed and was passed over', (line) => {
  expect(warnings(line, line)).toEqual([
    expect.objectContaining({ line: 13, code: 2, remedy: expect.stringContaining('--erroronfail') }),
  ]);
});

it('keeps a few of what a guest says without end', () => {
  const many = Array.from(
    { length: 500 },
    (_, line) => `%post script at line ${line} ended with exit code 1`,
  );
  expect(warnings(...many)).toHaveLength(20);
});
