import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../dist/process/run-command.js';
import { LIMIT_MS, qemuCpu } from './way.js';

/**
 * QEMU started by hand with the devices of Kiln's domain, then `qemu-img convert` without compression and without checksums: the
 * least that leads to an image. The script was put into the initrd beforehand, which is not counted.
 * @type {import('./way.js').Way}
 */
export const byHandWay = {
  name: 'QEMU by hand',
  async install(scene, folder) {
    const [disk, image] = [join(folder, 'disk.raw'), join(folder, 'image.qcow2')];
    await writeFile(disk, '');
    await truncate(disk, scene.plan.disk.sizeBytes);
    const options = { cwd: folder, signal: scene.signal, timeoutMs: LIMIT_MS };
    await runCommand(scene.plan.emulator, qemuArguments(scene, disk, join(folder, 'serial.log')), options);
    await runCommand('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, image], options);
    return image;
  },
};

/**
 * @param {import('./way.js').Scene} scene
 * @param {string} disk
 * @param {string} serialLog
 */
function qemuArguments({ plan, iso, kernel, initrd }, disk, serialLog) {
  return [
    ...['-nodefaults', '-display', 'none', '-no-reboot'],
    ...[
      '-machine',
      `${plan.machine},usb=off,vmport=off`,
      '-accel',
      plan.accelerator,
      '-cpu',
      qemuCpu(plan.cpu),
    ],
    ...['-smp', String(plan.vcpus), '-m', String(plan.memoryMiB)],
    ...['-kernel', kernel, '-initrd', initrd, '-append', plan.kernelArguments.join(' ')],
    '-drive',
    `file=${disk},format=raw,if=virtio,cache=unsafe,discard=unmap,detect-zeroes=unmap`,
    ...['-drive', `file=${iso},format=raw,media=cdrom,readonly=on`],
    ...[
      '-nic',
      'user,model=virtio-net-pci',
      '-device',
      'virtio-rng-pci',
      '-vga',
      'std',
      '-device',
      'pvpanic',
    ],
    ...['-serial', `file:${serialLog}`],
  ];
}
