/**
 * What an emulated x86 CPU offers and its guests had better not use, in QEMU's and libvirt's words: with `erms` and `fsrm` kernels copy
 * and clear memory byte by byte (`rep movsb`), each byte a turn of QEMU's own loop, and `la57` adds a level to every walk of the page
 * tables. No system needs them. Measured: docs/performance.md.
 */
export const SLOW_UNDER_EMULATION: readonly string[] = ['erms', 'fsrm', 'la57'];
