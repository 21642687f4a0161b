import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseNamedFiles } from '../../../src/build/machine/named-files.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-files-'));
  await writeFile(join(folder, 'there'), 'x');
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What is refused of a line, whose paths are relative to the folder. */
async function told(line: string, isRemote = false): Promise<string[]> {
  const command = parseVirtInstall(line.split(' '));
  if (command.kind !== 'run') throw new Error('no build');
  try {
    await refuseNamedFiles(command.options, folder, isRemote);
    return [];
  } catch (error) {
    const { details } = error as { readonly details: { readonly problems: readonly { where: string }[] } };
    return details.problems.map(({ where }) => where);
  }
}

const READ_HERE = [
  '--initrd-inject nope',
  '--initrd-inject .',
  '--cloud-init user-data=nope',
  '--cloud-init root-ssh-key=.',
  '--install kernel=nope',
  '--unattended admin-password-file=nope',
  '--root-password-file nope',
];
const READ_BY_THE_GUEST = [
  '--boot kernel=nope',
  '--boot initrd=.',
  '--boot dtb=nope',
  '--boot loader=nope',
  '--boot nvram.template=pipe',
  '--disk path=/dev/null',
  '--disk path=pipe',
  '--disk path=.',
  '--disk backing_store=nope',
  '--disk backing_store=pipe',
  '--disk backing_store=.',
  '--filesystem source=nope',
  '--filesystem source.dir=there',
  '--input source.evdev=nope',
  '--graphics gl.rendernode=nope',
  '--serial source.path=nope',
  '--tpm backend.device.path=nope',
];
const TYPED: Readonly<Record<string, string>> = {
  '--install kernel=nope': '--install kernel=nope,initrd=there',
  '--graphics gl.rendernode=nope': '--graphics spice,gl.rendernode=nope',
  '--input source.evdev=nope': '--input evdev,source.evdev=nope',
  '--serial source.path=nope': '--serial dev,path=nope',
};

test.each([...READ_HERE, ...READ_BY_THE_GUEST])('%s is refused by name', async (where) => {
  expect(await told(TYPED[where] ?? where)).toEqual([where]);
});

test.each([
  ['--initrd-inject there --cloud-init user-data=pipe,meta-data=there --install kernel=there,initrd=there'],
  [
    '--boot kernel=there,initrd=there,loader=there,nvram=new --disk new.img,size=1 --disk there --disk .,driver.type=fat',
  ],
  ['--disk new.img,size=1,backing_store=there --disk http://nowhere/nope.iso,device=cdrom'],
  ['--filesystem .,tag --filesystem type=ram,source=1024,target=t --filesystem source.socket=nope'],
  ['--boot kernel=nope --boot kernel=there --boot loader=nope --boot loader='],
  [
    '--install kernel=http://nowhere/vmlinuz,initrd=there --serial file,path=new.log --serial unix,path=new.socket',
  ],
])('what is there, is made, or lies elsewhere is not: %s', async (line) => {
  expect(await told(line)).toEqual([]);
});

test("of a hypervisor elsewhere, only what Kiln reads is this machine's", async () => {
  expect(await told([...READ_HERE.slice(0, 3), ...READ_BY_THE_GUEST.slice(0, 6)].join(' '), true)).toEqual(
    READ_HERE.slice(0, 3),
  );
});
