import { expect, it } from 'vitest';
import { LONGEST_KERNEL_LINE, requireReadWhole } from '../../../src/os/kernel-line.ts';

it('takes as many characters as Linux reads, and tells of more', () => {
  const half = 'x'.repeat((LONGEST_KERNEL_LINE - 1) / 2);
  expect(() => requireReadWhole([half, half])).not.toThrow();
  expect(() => requireReadWhole([half, `${half}x`])).toThrow(
    expect.objectContaining({ code: 'spec.kernel-line-too-long', message: expect.stringContaining('2048') }),
  );
});
