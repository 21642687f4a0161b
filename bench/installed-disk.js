import { rm } from 'node:fs/promises';
import { assertVerified, verifyDisk } from '../dist/disk/verify-disk.js';
import { runCommand } from '../dist/process/run-command.js';

/**
 * That a way of installing really installed: partition table, operating system, boot loader, clean file systems.
 * @param {string} image qcow2
 * @param {AbortSignal} signal
 */
export async function assertInstalled(image, signal) {
  const raw = `${image}.check`;
  try {
    await runCommand('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', image, raw], { signal });
    assertVerified(await verifyDisk(raw, { firmware: 'bios', signal }));
  } finally {
    await rm(raw, { force: true });
  }
}
