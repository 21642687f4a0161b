import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendToInitrd } from '../../../src/seed/append-to-initrd.ts';
import { type MachineSandbox, machineSandbox, plainKickstart } from '../../support/machine-sandbox.ts';
import { buildTestInstaller } from '../../support/test-installer.ts';

let machines: MachineSandbox;
beforeAll(async () => {
  machines = await machineSandbox();
});
afterAll(() => machines.remove());

const KICKSTART = plainKickstart('poweroff');

const LOADER = `#!ipxe
kernel vmlinuz console=ttyS0 inst.ks=file:/ks.cfg initrd=initrd.gz
initrd initrd.gz
boot
`;

test('--pxe --tftp: the network card fetches its program from user-mode networking, and what that boots installs', async () => {
  const { kernel, initrd } = await buildTestInstaller();
  // A comma has a meaning of its own both in virt-install's words and in QEMU's.
  const folder = join(machines.sandbox.folder, 'tftp, all');
  mkdirSync(folder);
  copyFileSync(kernel, join(folder, 'vmlinuz'));
  const script = { name: 'ks.cfg', content: KICKSTART };
  await appendToInitrd(initrd, [script], join(folder, 'initrd.gz'));
  writeFileSync(join(folder, 'boot.ipxe'), LOADER);
  const result = await machines.machine(
    ...['--name', 'pxe', '--disk', 'pxe.img,size=1', '--network', 'user', '--noreboot', '--no-boot-check'],
    ...['--pxe', '--tftp', `${folder},bootfile=boot.ipxe`],
  );
  expect(result.machine.state).toBe('off');
  expect(result.artifacts.map(({ name }) => name)).toEqual(['pxe.qcow2']);
  const { xml } = await machines.domain('pxe');
  expect(xml).toContain("<interface type='user'>");
  expect(xml).not.toContain('qemu:');
});
