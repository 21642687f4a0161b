import { describe, expect, it } from 'vitest';
import { ciFilter } from '../../../src/cli/ci-filter.ts';
import { ciService } from '../../../src/cli/ci-service.ts';

const SERVICES = ['GITHUB_ACTIONS', 'GITLAB_CI'] as const;

describe.each(SERVICES)('in the log of %s', (service) => {
  const text = `${' '.repeat(50)}::error::x\n::a\n:\n x::y ##[error]z #[\n${'-'.repeat(99)}##[b]\nsection_end:12:x\n`;

  it.each([1, 2, 3, 7, 40, 1000])('text in pieces of %i comes out as in one', (size) => {
    const ci = ciService({ [service]: 'true' });
    if (ci === undefined) throw new Error('no service');
    const filter = ciFilter(ci);
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const told = pieces.map(filter).join('');
    expect(told).toBe(ci.harmless(text));
    expect(told.replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    expect(told).not.toBe(text);
  });
});
