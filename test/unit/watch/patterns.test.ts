import { describe, expect, it } from 'vitest';
import { createConsoleMemory } from '../../../src/watch/console-memory.ts';
import { CONSOLE_FAMILIES, type ConsolePattern, matchPattern } from '../../../src/watch/console-pattern.ts';
import { createConsoleText } from '../../../src/watch/console-text.ts';
import { NEEDS_NETWORK, needsNetwork } from '../../../src/watch/needs-network.ts';
import { BOOT_PATTERNS, INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';
import { PROGRESS_RULES } from '../../../src/watch/progress.ts';

const byId = INSTALL_PATTERNS.map((pattern) => [pattern.id, pattern] as const);

/** What the watcher makes of a console that shows the sample and nothing else. */
function verdictOf({ sample, kind }: ConsolePattern): string | undefined {
  const memory = createConsoleMemory(INSTALL_PATTERNS);
  const text = createConsoleText();
  const lines = text.add(sample.text.replaceAll('\n', '\r\n'));
  memory.add({ lines, partial: text.partial(), raw: '' }, 0);
  switch (kind) {
    case 'panic':
      return memory.panic()?.pattern.id;
    case 'error':
      return memory.error()?.pattern.id;
    case 'hint':
      return memory.hint()?.pattern.id;
    case 'ending':
      return memory.ending()?.pattern.id;
    case 'warning':
      return memory.warnings()[0]?.patternId;
    default:
      return memory.waiting()?.pattern.id;
  }
}

describe('console patterns', () => {
  it('have ids of their own, with the family in front', () => {
    const all = [...INSTALL_PATTERNS, ...PROGRESS_RULES];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(INSTALL_PATTERNS.filter(({ id, family }) => !id.startsWith(`${family}.`))).toEqual([]);
    expect(new Set(INSTALL_PATTERNS.map(({ family }) => family))).toEqual(new Set(CONSOLE_FAMILIES));
  });

  it.each(byId)('%s is what a console with its sample is told as', (id, pattern) => {
    expect(verdictOf(pattern)).toBe(id);
  });

  it.each(byId)('%s does not match the line that only looks alike', (_id, { regex, never }) => {
    expect(never).not.toMatch(regex);
  });

  it('do not contradict each other: of those that match a line of a sample one is meant, the others are frames and fallbacks', () => {
    const contradictions = INSTALL_PATTERNS.flatMap(({ id, sample, kind }) =>
      sample.text.split('\n').flatMap((line) => {
        const others = INSTALL_PATTERNS.filter(
          (other) =>
            other.kind === kind && other.regex.test(line) && !other.frame && !other.fallback && !other.vague,
        );
        const families = new Set(others.map(({ family }) => family));
        return families.size > 1
          ? [`${id}: "${line}" is ${others.map((other) => other.id).join(' and ')}`]
          : [];
      }),
    );
    expect(contradictions).toEqual([]);
  });

  it('tell what to do, unless a script line or a hint does', () => {
    const silent = INSTALL_PATTERNS.filter(
      ({ remedy, mend, kind, frame, fallback }) =>
        remedy === undefined && mend === undefined && kind !== 'ending' && !frame && !fallback,
    );
    expect(silent.map(({ id }) => id)).toEqual(['test-installer.confirm']);
  });

  it('keep no state between lines', () => {
    const all = [...INSTALL_PATTERNS, ...PROGRESS_RULES];
    expect(all.filter(({ regex }) => regex.global || regex.sticky)).toEqual([]);
  });

  it('that a missing network card explains are all there', () => {
    const named = INSTALL_PATTERNS.filter(({ id }) => needsNetwork(id)).map(({ id }) => id);
    expect(named.filter((id) => !id.includes('/'))).toHaveLength(
      NEEDS_NETWORK.filter((id) => !id.endsWith('/')).length,
    );
    for (const group of NEEDS_NETWORK.filter((id) => id.endsWith('/'))) {
      expect(named.filter((id) => id.startsWith(group)).length, group).toBeGreaterThan(0);
    }
  });

  it('for a boot check know the firmware and the kernel, no installer', () => {
    expect(new Set(BOOT_PATTERNS.map(({ family }) => family))).toEqual(new Set(['kernel', 'firmware']));
  });

  it('catch the word and the line that an installer names', () => {
    expect(
      matchPattern(INSTALL_PATTERNS, 'There was an error running the kickstart script at line 40.')?.caught,
    ).toEqual({ line: '40' });
    expect(matchPattern(INSTALL_PATTERNS, "Malformed autoinstall in 'storage' section")?.caught).toEqual({
      word: 'storage',
    });
  });
});

describe('progress rules', () => {
  it.each(PROGRESS_RULES.map((rule) => [rule.id, rule] as const))(
    '%s reads its sample and not the line that looks alike',
    (_id, { regex, sample, never }) => {
      expect(sample).toMatch(regex);
      expect(never).not.toMatch(regex);
    },
  );
});
