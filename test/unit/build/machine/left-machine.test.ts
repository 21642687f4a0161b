import { expect, test } from 'vitest';
import { leftMachineText } from '../../../../src/build/machine/left-machine.ts';

const machine = {
  name: 'h1',
  uri: 'qemu:///session',
  privateDaemon: false,
  state: 'off',
  disks: ['/vm/h1.qcow2'],
  definition: '/builds/h1/logs/domain-final.xml',
} as const;

test('a machine that is off is named with its disk and how to start and remove it', () => {
  expect(leftMachineText(machine)).toBe(
    'The machine h1 stays as it was installed, with /vm/h1.qcow2. To start it: `virsh -c qemu:///session start h1`. ' +
      'To remove it: `virsh -c qemu:///session undefine --nvram h1`, and delete its disks.',
  );
});

test('one that runs is ended before it is removed', () => {
  const text = leftMachineText({ ...machine, state: 'running' });
  expect(text).toMatch(/It runs: .* destroy h1`, `.* undefine --nvram h1`/);
});

test("Kiln's own libvirtd cannot be asked afterwards", () => {
  const text = leftMachineText({ ...machine, privateDaemon: true });
  expect(text).toContain('`virsh define /builds/h1/logs/domain-final.xml`, `virsh start h1`');
  expect(text).toContain('choose another --name, and delete its disks.');
});

test('that runs on with other guests, so nothing else is said', () => {
  const text = leftMachineText({ ...machine, privateDaemon: true });
  expect(text).toContain("Kiln's own libvirtd, which knows it, runs only as long as Kiln or a guest does.");
});

test('one that somebody undefined is defined again from its final XML', () => {
  const text = leftMachineText({ ...machine, state: 'undefined' });
  expect(text).toContain('What it was installed on stays: /vm/h1.qcow2.');
  expect(text).toContain('`virsh -c qemu:///session define /builds/h1/logs/domain-final.xml`');
  const elsewhere = leftMachineText({ ...machine, state: 'undefined', privateDaemon: true });
  expect(elsewhere).toContain('`virsh define /builds/h1/logs/domain-final.xml`');
});

test('of a transient one the disk is left', () => {
  const text = leftMachineText({ ...machine, state: 'gone' });
  expect(text).toBe('What the transient machine h1 was installed on stays: /vm/h1.qcow2.');
});
