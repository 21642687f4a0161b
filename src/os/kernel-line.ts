import { SpecError } from '../foundation/errors.ts';

/** Characters that Linux keeps of its command line: COMMAND_LINE_SIZE of x86 without the NUL at the end (arch/x86/include/asm/setup.h). */
export const LONGEST_KERNEL_LINE = 2047;

/**
 * Linux drops the rest without a word, and with it the argument that names the install script.
 * @throws SpecError `spec.kernel-line-too-long`
 */
export function requireReadWhole(kernelArguments: readonly string[]): void {
  const { length } = kernelArguments.join(' ');
  if (length <= LONGEST_KERNEL_LINE) return;
  throw new SpecError(
    'spec.kernel-line-too-long',
    `The kernel arguments are ${length} characters long; Linux reads ${LONGEST_KERNEL_LINE} of its command line. Make them shorter, or put the answers into the install script.`,
    { details: { length, most: LONGEST_KERNEL_LINE } },
  );
}
