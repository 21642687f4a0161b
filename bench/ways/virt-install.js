import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { runCommand } from '../../dist/process/run-command.js';
import { LIMIT_MS } from './way.js';

/**
 * `virt-install --wait`, then `qemu-img convert` without compression. Its libvirt runs before, between and after, so virt-install
 * pays for no start of a daemon, as Kiln does where none runs.
 * @param {import('../../dist/libvirt/libvirt.js').LibvirtConnection} connection
 * @returns {import('./way.js').Way}
 */
export function virtInstallWay(connection) {
  let uuid = '';
  return {
    name: 'virt-install',
    async install(scene, folder) {
      uuid = randomUUID();
      const [disk, image] = [join(folder, 'disk.raw'), join(folder, 'image.qcow2')];
      const args = virtInstallArguments(scene, {
        uri: connection.uri,
        uuid,
        disk,
        serialLog: join(folder, 'serial.log'),
      });
      const options = { cwd: folder, signal: scene.signal, timeoutMs: LIMIT_MS };
      await runCommand('virt-install', args, options);
      await runCommand('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, image], options);
      return image;
    },
    async afterwards() {
      await connection.destroy(uuid);
      await connection.undefine(uuid);
    },
  };
}

/**
 * @param {import('./way.js').Scene} scene
 * @param {{ uri: string, uuid: string, disk: string, serialLog: string }} own
 */
function virtInstallArguments({ plan, iso, script }, { uri, uuid, disk, serialLog }) {
  const gib = plan.disk.sizeBytes / 2 ** 30;
  const throwAway = 'driver.cache=unsafe,driver.discard=unmap,driver.detect_zeroes=unmap';
  return [
    ...['--connect', uri, '--name', `kiln-bench-${uuid.slice(0, 8)}`, '--uuid', uuid],
    ...['--virt-type', plan.accelerator === 'kvm' ? 'kvm' : 'qemu', '--machine', plan.machine],
    ...['--cpu', `mode=${plan.cpu.mode}${plan.cpu.model === undefined ? '' : `,model=${plan.cpu.model}`}`],
    ...[
      '--memory',
      String(plan.memoryMiB),
      '--vcpus',
      String(plan.vcpus),
      '--osinfo',
      'detect=off,require=off',
    ],
    ...['--disk', `path=${disk},size=${gib},format=raw,sparse=yes,bus=virtio,${throwAway}`],
    ...['--network', 'user,model=virtio', '--rng', '/dev/urandom', '--graphics', 'none'],
    ...['--controller', 'usb,model=none', '--memballoon', 'none', '--serial', `file,path=${serialLog}`],
    ...['--location', iso, '--initrd-inject', script, '--extra-args', plan.kernelArguments.join(' ')],
    ...['--wait', '--noreboot', '--noautoconsole'],
  ];
}
