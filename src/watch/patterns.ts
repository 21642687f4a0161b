import type { ConsolePattern } from './console-pattern.ts';
import { ANACONDA_PATTERNS } from './console-patterns/anaconda.ts';
import { ANACONDA_LOG_PATTERNS } from './console-patterns/anaconda-log.ts';
import { AUTOYAST_PATTERNS } from './console-patterns/autoyast.ts';
import { DEBIAN_INSTALLER_PATTERNS } from './console-patterns/debian-installer.ts';
import { FIRMWARE_PATTERNS } from './console-patterns/firmware.ts';
import { GENERIC_PATTERNS } from './console-patterns/generic.ts';
import { KERNEL_PATTERNS } from './console-patterns/kernel.ts';
import { SUBIQUITY_PATTERNS } from './console-patterns/subiquity.ts';
import { TEST_INSTALLER_PATTERNS } from './console-patterns/test-installer.ts';

/** Everything that is looked for while an installer runs; the first match of a line counts. */
export const INSTALL_PATTERNS: readonly ConsolePattern[] = [
  ...KERNEL_PATTERNS,
  ...TEST_INSTALLER_PATTERNS,
  ...DEBIAN_INSTALLER_PATTERNS,
  ...ANACONDA_PATTERNS,
  ...ANACONDA_LOG_PATTERNS,
  ...SUBIQUITY_PATTERNS,
  ...AUTOYAST_PATTERNS,
  ...FIRMWARE_PATTERNS,
  ...GENERIC_PATTERNS,
];

/** What shows that an installed system does not come up. */
export const BOOT_PATTERNS: readonly ConsolePattern[] = [...KERNEL_PATTERNS, ...FIRMWARE_PATTERNS];
