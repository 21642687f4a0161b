import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as errors from '../../../src/foundation/errors.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');
const document = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');

/** Codes documented as table rows: `| \`spec.invalid\` | 2 | … |`. */
const documented = new Map(
  [...document.matchAll(/^\| `([a-z0-9.-]+)` \| (\d+|–) \|/gm)].map(([, code, exit]) => [code, exit]),
);

/** `new SpecError('spec.invalid',` and `new DiskError(missing ? 'disk.not-found' : 'disk.unreadable',`, wherever the line breaks. */
const RAISED = /new (\w+Error)\(([^,]{1,200}),/g;
const CODE = /'([a-z0-9-]+(?:\.[a-z0-9-]+)+)'/g;

const raised = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) =>
    [...readFileSync(join(root, 'src', path), 'utf8').matchAll(RAISED)].flatMap(
      ([, type = '', argument = '']) =>
        [...argument.matchAll(CODE)].map(([, code = '']) => ({ path, type, code })),
    ),
  );

function exitCodeOf(type: string): number | undefined {
  const found = Object.entries(errors).find(([name]) => name === type)?.[1];
  if (typeof found !== 'function' || !(found.prototype instanceof errors.KilnError)) return undefined;
  // Only the subclasses of KilnError get here; all but CancelledError take (code, message), which suits that one too.
  return new (found as new (code: string, message: string) => errors.KilnError)('x', 'x').exitCode;
}

test('the search finds what it is for', () => {
  expect(raised.length).toBeGreaterThan(10);
});

test('every code that is raised is documented with its exit code', () => {
  const missing = raised.flatMap(({ path, type, code }) => {
    const exitCode = exitCodeOf(type);
    if (exitCode === undefined || documented.get(code) === String(exitCode)) return [];
    return [`${code} (${exitCode}) raised in src/${path}; documented: ${documented.get(code) ?? 'no'}`];
  });
  expect(missing).toEqual([]);
});
