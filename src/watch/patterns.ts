import type { ConsolePattern } from './console-pattern.ts';
import { DEBIAN_INSTALLER_PATTERNS } from './patterns-debian-installer.ts';
import { FIRMWARE_PATTERNS, GENERIC_PATTERNS, KERNEL_PATTERNS } from './patterns-generic.ts';
import {
  ANACONDA_PATTERNS,
  SUBIQUITY_PATTERNS,
  TEST_INSTALLER_PATTERNS,
} from './patterns-other-installers.ts';

/** Everything that is looked for while an installer runs; the first match of a line counts. */
export const INSTALL_PATTERNS: readonly ConsolePattern[] = [
  ...KERNEL_PATTERNS,
  ...TEST_INSTALLER_PATTERNS,
  ...DEBIAN_INSTALLER_PATTERNS,
  ...ANACONDA_PATTERNS,
  ...SUBIQUITY_PATTERNS,
  ...FIRMWARE_PATTERNS,
  ...GENERIC_PATTERNS,
];

/** What shows that an installed system does not come up. */
export const BOOT_PATTERNS: readonly ConsolePattern[] = [...KERNEL_PATTERNS, ...FIRMWARE_PATTERNS];
