import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootMenuCommand } from '../../../src/install-script/options/target-commands.ts';
import { preseedAnswers } from '../../../src/install-script/preseed-lines.ts';
import { renderScript } from '../../../src/install-script/render-script.ts';
import { runCommand } from '../../../src/process/run-command.ts';

/** The last commands of the Debian script, run in a folder that stands for the freshly installed system. */
const SCRIPT = new URL('../../../install_scripts/preseed/debian-13.preseed', import.meta.url);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-late-'));
  await give('etc/ssh/ssh_host_rsa_key', 'the installation');
  await give('etc/machine-id', '0123\n');
  await give('etc/initramfs-tools/update-initramfs.conf', 'update_initramfs=no\n');
  await give('etc/default/grub', 'GRUB_TIMEOUT=5\nGRUB_DISTRIBUTOR=Debian\n');
  await give('boot/grub/grub.cfg', '  set timeout_style=menu\n  set timeout=5\n');
  await give('etc/apt/sources.list', 'deb cdrom:[x]/ trixie main\n');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function give(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
const found = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

async function endInstall(shell: readonly [string, ...string[]], commandLine: string): Promise<void> {
  await give('cmdline', `${commandLine}\n`);
  const values = {
    plain: new Map([
      ['hostname', 'web'],
      ['boot_menu_command', bootMenuCommand({ kind: 'preseed' })],
      ['completion_marker_command', 'true'],
    ]),
    secret: new Map([['root_password_hash', '*']]),
  };
  const { text } = renderScript({ text: await readFile(SCRIPT, 'utf8'), kind: 'preseed', values });
  const answer = preseedAnswers(text).find(({ question }) => question === 'preseed/late_command');
  const command = (answer?.value ?? 'exit 9')
    .replaceAll('/target', root)
    .replaceAll('/proc/cmdline', join(root, 'cmdline'));
  await runCommand(shell[0], [...shell.slice(1), command], { timeoutMs: 20_000 });
}

describe.each([[['dash', '-c']], [['busybox', 'sh', '-c']]] as const)(
  'the end of debian-13 in %j',
  (shell) => {
    it('leaves nothing that copies of the image would share', async () => {
      await endInstall(shell, 'quiet');
      expect((await readdir(join(root, 'etc/ssh'))).filter((name) => name.startsWith('ssh_host'))).toEqual(
        [],
      );
      expect(await found('etc/machine-id')).toBe('');
      expect(await found('etc/systemd/system/sshd-keygen.service.d/any-boot.conf')).toBe(
        '[Unit]\nConditionFirstBoot=\n',
      );
    });

    it('lets GRUB wait for one second', async () => {
      await endInstall(shell, 'quiet');
      expect(await found('etc/default/grub')).toBe('GRUB_TIMEOUT=1\nGRUB_DISTRIBUTOR=Debian\n');
      expect(await found('boot/grub/grub.cfg')).toBe('  set timeout_style=menu\n  set timeout=1\n');
    });

    it('shows a menu of the serial console on the screen too', async () => {
      await give('etc/default/grub', 'GRUB_TERMINAL=serial\nGRUB_SERIAL_COMMAND="serial --unit=0"\n');
      await give('boot/grub/grub.cfg', 'terminal_input serial\nterminal_output serial\n');
      await endInstall(shell, 'quiet');
      expect(await found('etc/default/grub')).toBe(
        'GRUB_TERMINAL="console serial"\nGRUB_SERIAL_COMMAND="serial --unit=0"\n',
      );
      expect(await found('boot/grub/grub.cfg')).toBe(
        'terminal_input console serial\nterminal_output console serial\n',
      );
    });

    it('ends without GRUB as well', async () => {
      await rm(join(root, 'boot'), { recursive: true });
      await rm(join(root, 'etc/default'), { recursive: true });
      await endInstall(shell, 'quiet');
      expect(await found('etc/machine-id')).toBe('');
    });

    it('writes an apt source of the mirror that was named, else an example, and leaves one that is there', async () => {
      await endInstall(shell, 'quiet kiln/apt-mirror=http://mirror.example/debian a=b');
      const source = 'etc/apt/sources.list.d/mirror.list';
      expect(await found(source)).toBe('deb http://mirror.example/debian trixie main\n');
      await endInstall(shell, 'quiet');
      expect(await found(source)).toMatch(/^# .*deb http:\/\/MIRROR\/debian trixie main\n$/);
      await rm(join(root, source));
      await give('etc/apt/sources.list', 'deb http://mirror.example/debian trixie main\n');
      await endInstall(shell, 'quiet kiln/apt-mirror=http://other.example/debian');
      await expect(found(source)).rejects.toMatchObject({ code: 'ENOENT' });
    });
  },
);
