import { expect, it } from 'vitest';
import { chooseKernel } from '../../../src/disk/installed-kernel.ts';

it.each([
  [
    'Debian, by numbers rather than letters',
    ['vmlinuz-6.9.1-amd64', 'initrd.img-6.9.1-amd64', 'vmlinuz-6.12.4-amd64', 'initrd.img-6.12.4-amd64'],
    { version: '6.12.4-amd64', kernel: 'vmlinuz-6.12.4-amd64', initrd: 'initrd.img-6.12.4-amd64' },
  ],
  [
    'Fedora, whose rescue kernel looks newest of all',
    [
      'vmlinuz-0-rescue-99',
      'initramfs-0-rescue-99.img',
      'vmlinuz-6.11.4.x86_64',
      'initramfs-6.11.4.x86_64.img',
    ],
    { version: '6.11.4.x86_64', kernel: 'vmlinuz-6.11.4.x86_64', initrd: 'initramfs-6.11.4.x86_64.img' },
  ],
  [
    'SUSE',
    ['vmlinuz-6.4.0-default', 'initrd-6.4.0-default', 'vmlinuz-6.4.0-default.hmac'],
    { version: '6.4.0-default', kernel: 'vmlinuz-6.4.0-default', initrd: 'initrd-6.4.0-default' },
  ],
  [
    'a newer kernel without an initrd',
    ['vmlinuz-2', 'vmlinuz-1', 'initrd.img-1'],
    { version: '1', kernel: 'vmlinuz-1', initrd: 'initrd.img-1' },
  ],
  ['no kernel', ['grub', 'efi', 'initrd.img-6'], undefined],
])('chooses the kernel of %s', (_name, names, chosen) => {
  expect(chooseKernel(names)).toEqual(chosen);
});
