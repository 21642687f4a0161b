import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commonValues } from '../../../src/install-script/options/common-options.ts';
import { accessCommand, cleanCommand } from '../../../src/install-script/options/target-commands.ts';
import { runCommand } from '../../../src/process/run-command.ts';

let target: string;
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'kiln-target-'));
});
afterEach(() => rm(target, { recursive: true, force: true }));

/** With a folder for the new system; what is run inside it only says so. */
async function run(command: string): Promise<string> {
  const moved = command.replaceAll('/target', target).replaceAll(`chroot ${target}`, 'echo inside:');
  return (await runCommand('sh', ['-e', '-c', moved], { timeoutMs: 20_000 })).stdout;
}

async function put(path: string, content = 'x'): Promise<void> {
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), content);
}

const exists = (path: string): Promise<boolean> =>
  stat(join(target, path)).then(
    () => true,
    () => false,
  );

it('cleaning removes what is this machine’s own, and lets the rest stay', async () => {
  const own = [
    'etc/ssh/ssh_host_rsa_key',
    'etc/NetworkManager/system-connections/ens3.nmconnection',
    'etc/netplan/00-installer-config.yaml',
    'etc/cloud/cloud.cfg.d/99-installer.cfg',
    'var/lib/dbus/machine-id',
    'var/lib/cloud/instance/x',
    'var/lib/dhcp/leases',
    'root/anaconda-ks.cfg',
    'tmp/left',
  ];
  for (const path of own) await put(path);
  await put('etc/machine-id', 'abc\n');
  await put('etc/ssh/sshd_config');
  await put('etc/cloud/cloud.cfg.d/05_logging.cfg');
  await mkdir(join(target, 'etc/tmpfiles.d'));
  const said = await run(cleanCommand({ kind: 'preseed' }));
  for (const path of own) expect(await exists(path), path).toBe(false);
  expect(await readFile(join(target, 'etc/machine-id'), 'utf8')).toBe('');
  expect(await exists('etc/ssh/sshd_config')).toBe(true);
  expect(await exists('etc/cloud/cloud.cfg.d/05_logging.cfg')).toBe(true);
  expect(await readFile(join(target, 'etc/cloud/cloud.cfg.d/90-data-sources.cfg'), 'utf8')).toBe(
    'datasource_list: [NoCloud, ConfigDrive, OpenStack, Ec2, None]\ndatasource: {Ec2: {strict_id: true}}\n',
  );
  // Without metadata cloud-init is to run all the same: host keys and the network are its work.
  expect(await readFile(join(target, 'etc/cloud/ds-identify.cfg'), 'utf8')).toContain('notfound=enabled');
  expect(await readFile(join(target, 'etc/tmpfiles.d/installer-leftovers.conf'), 'utf8')).toContain(
    'R! /var/log/installer\n',
  );
  expect(said).toContain('inside: find /var/log -type f -exec truncate -s 0 {} +');
});

it('cleaning an empty system is no failure', async () => {
  await mkdir(join(target, 'etc'));
  await run(cleanCommand({ kind: 'autoinstall' }));
  expect(await readdir(join(target, 'etc'))).toEqual([]);
});

it('access gives root the keys when there is no user', async () => {
  await run(
    accessCommand({ kind: 'preseed' }, commonValues({ ssh_keys: 'ssh-rsa AAAA one; ssh-rsa BBBB two' })),
  );
  const path = join(target, 'root/.ssh/authorized_keys');
  expect(await readFile(path, 'utf8')).toBe('ssh-rsa AAAA one\nssh-rsa BBBB two\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('access makes the user, who may become root', async () => {
  const said = await run(
    accessCommand({ kind: 'preseed' }, commonValues({ user: 'joe', ssh_keys: 'ssh-rsa AAAA one' })),
  );
  expect(said).toContain('inside: useradd -m -s /bin/bash joe');
  expect(said).toContain('inside: chown -R joe: /home/joe/.ssh');
  expect(await readFile(join(target, 'etc/sudoers.d/90-joe'), 'utf8')).toBe('joe ALL=(ALL) NOPASSWD: ALL\n');
  expect(await readFile(join(target, 'home/joe/.ssh/authorized_keys'), 'utf8')).toBe('ssh-rsa AAAA one\n');
});

it('a failure inside ends a script that says set -e', async () => {
  const failing = accessCommand({ kind: 'preseed' }, commonValues({ user: 'joe' })).replace(
    'chroot /target',
    'false',
  );
  await expect(run(`${failing}; echo went on`)).rejects.toMatchObject({ exitCode: 1 });
});
