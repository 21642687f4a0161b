import { expect, test } from 'vitest';
import { otherSystemNote } from '../../../src/build/other-system-note.ts';

const facts = (osId: string | undefined) => ({ osId, why: ['.treeinfo names Rocky Linux 9.4'] });

test.each([
  ['the same', 'rocky9', facts('rocky9')],
  ['another name of the same', 'rocky9.0', facts('rocky9')],
  ['a system nobody named', undefined, facts('rocky9')],
  ['media nobody knows', 'rocky9', facts(undefined)],
])('says nothing about %s', (_what, os, found) => {
  expect(otherSystemNote(os, found)).toBeUndefined();
});

test('names both systems and the evidence when they differ', () => {
  const note = otherSystemNote('fedora42', facts('rocky9'));
  for (const part of ['Rocky Linux 9', 'Fedora', '.treeinfo names', '--os rocky9'])
    expect(note).toContain(part);
});
