import { expect, it } from 'vitest';
import { grubMenu, syslinuxMenu } from '../../../src/boot-image/bootstrap/boot-menus.ts';

const entry = {
  title: "Kiln's own",
  kernelArguments: ['autoinstall', 'ds=nocloud-net;s=http://169.254.169.254/nocloud/', 'a="b c"'],
};

it('starts by itself with the arguments as they are, and says so on the serial port', () => {
  expect(syslinuxMenu(entry)).toContain(
    '  append initrd=/boot/initrd.gz autoinstall ds=nocloud-net;s=http://169.254.169.254/nocloud/ a="b c"\n',
  );
  expect(syslinuxMenu(entry)).toMatch(/^serial 0 115200\ndefault install\nprompt 0\n/);
});

it("quotes for GRUB's shell, where a semicolon would end the command", () => {
  expect(grubMenu(entry)).toContain(
    `  linux /boot/vmlinuz 'autoinstall' 'ds=nocloud-net;s=http://169.254.169.254/nocloud/' 'a="b c"'\n`,
  );
  expect(grubMenu(entry)).toContain(`menuentry 'Kiln'\\''s own' --id install {`);
});
