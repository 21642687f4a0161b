import { describe, expect, it } from 'vitest';
import { matchPattern } from '../../../src/watch/console-pattern.ts';
import { BOOT_PATTERNS, INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { PROGRESS_RULES } from '../../../src/watch/progress.ts';
import { EXAMPLES } from './pattern-examples.ts';

const all = [...INSTALL_PATTERNS, ...PROGRESS_RULES];

describe('console patterns', () => {
  it('have ids of their own', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('have an example each, and no example is left over', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it.each(all.map(({ id, regex }) => [id, regex] as const))(
    '%s matches its line, not the other',
    (id, regex) => {
      expect(EXAMPLES[id]?.match).toMatch(regex);
      expect(EXAMPLES[id]?.not).not.toMatch(regex);
    },
  );

  it.each(INSTALL_PATTERNS.map(({ id }) => id))('%s is the first to match its own line', (id) => {
    expect(matchPattern(INSTALL_PATTERNS, EXAMPLES[id]?.match ?? '')?.pattern.id).toBe(id);
  });

  it('keep no state between lines', () => {
    expect(all.filter(({ regex }) => regex.global || regex.sticky)).toEqual([]);
  });

  it('for a boot check know the firmware and the kernel, no installer', () => {
    expect(new Set(BOOT_PATTERNS.map(({ family }) => family))).toEqual(new Set(['kernel', 'firmware']));
  });
});
