import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../dist/process/run-command.js';
import { LIMIT_MS, qemuCpu } from './way.js';

/**
 * Packer's QEMU builder without a communicator: it waits for the guest to power off, then runs `qemu-img convert` by itself.
 * Everything that only costs it time is off: boot commands, VNC, checksums of the ISO, the version check.
 * @type {import('./way.js').Way}
 */
export const packerWay = {
  name: 'Packer',
  async install(scene, folder) {
    const template = join(folder, 'packer.json');
    await writeFile(template, JSON.stringify({ builders: [builder(scene, folder)] }));
    await runCommand('packer', ['build', '-color=false', template], {
      cwd: folder,
      signal: scene.signal,
      timeoutMs: LIMIT_MS,
      env: { CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: join(folder, 'cache'), PACKER_CONFIG_DIR: folder },
    });
    return join(folder, 'out', 'image.qcow2');
  },
};

/**
 * @param {import('./way.js').Scene} scene
 * @param {string} folder
 */
function builder({ plan, iso, kernel, initrd }, folder) {
  return {
    type: 'qemu',
    qemu_binary: plan.emulator,
    accelerator: plan.accelerator,
    machine_type: plan.machine,
    cpus: plan.vcpus,
    memory: plan.memoryMiB,
    iso_url: `file://${iso}`,
    iso_checksum: 'none',
    disk_size: `${plan.disk.sizeBytes / 2 ** 20}M`,
    disk_interface: 'virtio',
    disk_cache: 'unsafe',
    disk_discard: 'unmap',
    disk_detect_zeroes: 'unmap',
    net_device: 'virtio-net',
    format: 'qcow2',
    headless: true,
    disable_vnc: true,
    communicator: 'none',
    boot_wait: '-1s',
    shutdown_timeout: '10m',
    output_directory: join(folder, 'out'),
    vm_name: 'image.qcow2',
    qemuargs: [
      ['-cpu', qemuCpu(plan.cpu)],
      ['-kernel', kernel],
      ['-initrd', initrd],
      ['-append', plan.kernelArguments.join(' ')],
      ['-device', 'virtio-rng-pci'],
      ['-serial', `file:${join(folder, 'serial.log')}`],
    ],
  };
}
