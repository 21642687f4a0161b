import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { buildDirectory } from '../../src/build/build-directory.ts';
import type { MachineResult } from '../../src/build/build-events.ts';
import { disksOf } from '../../src/build/machine/machine-xml.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { splitWords } from '../../src/virt-install/split-sub-options.ts';
import { machineBuilds } from '../support/machine-builds.ts';
import { plainKickstart } from '../support/machine-sandbox.ts';
import { remoteUri } from '../support/remote-libvirt.ts';

/** Lives of machines that take longer than the integration tests have. */
const machines = machineBuilds();

const heardOf = ({ directory, buildId }: Pick<MachineResult, 'directory' | 'buildId'>): string =>
  readFileSync(buildDirectory(directory, buildId).serialLog, 'latin1');

/** On a busy host an emulated guest's timer fails the kernel's test of it. */
const PATIENT = ['--extra-args', 'no_timer_check'];

const document = readFileSync(join(import.meta.dirname, '../../docs/virt-install.md'), 'utf8');
const [, section = ''] = /## Ten command lines\n(.*?)\n## /s.exec(document) ?? [];
const lines = [...section.matchAll(/^kiln build (.*)$/gm)].map((match) => match[1] ?? '');

/** What a guest says when it runs what the line gave it: the last that fits. The card's ROM, which `--pxe` runs, says nothing there. */
const SIGNS: readonly (readonly [word: string, said: string])[] = [
  ['install.iso', 'Please choose the disk'],
  // The firmware has the distribution's keys, and the test installer is not signed with them.
  ['--boot uefi', 'BdsDxe: loading Boot0001 "UEFI QEMU DVD-ROM'],
  ['debian.qcow2', 'KILN TEST INSTALLER'],
];

/** A line that installs is left while it does; what it boots is the test installer, which asks. */
describe.concurrent('the ten command lines of docs/virt-install.md run their guests', () => {
  it.for(lines)('%s', async (line, { expect }) => {
    const typed = splitWords(line) ?? [];
    const name = typed[typed.indexOf('--name') + 1] ?? '';
    const image = `${name}-image.qcow2`;
    const words = typed.map((word) =>
      word.replace('install.iso', machines.installer.iso).replace('debian.qcow2', image),
    );
    if (words.includes(image)) copyFileSync(machines.installer.iso, join(machines.sandbox.folder, image));
    const result = await machines.line(...words, '--no-capture', '--noautoconsole');
    const { uuid, state } = await machines.domain(name);
    expect(state).toBe('running');
    const [, said] = SIGNS.findLast(([word]) => line.includes(word)) ?? [];
    if (said !== undefined) {
      await expect.poll(() => heardOf(result), { timeout: 300_000, interval: 500 }).toContain(said);
    }
    if (line.includes('--cloud-init')) await expect.poll(() => readOfSeed(uuid)).toBeGreaterThan(0);
    await machines.libvirt.connection.destroy(uuid);
    const left = await machines.domain(name);
    expect(left.state).toBe('shutoff');
    await removeVolumes(left.xml);
  });
});

/** Bytes that a guest has read of its NoCloud ISO, which has no name any more by then. */
async function readOfSeed(uuid: string): Promise<number> {
  const { connection } = machines.libvirt;
  const drive = disksOf(await connection.getXml(uuid)).find(({ device }) => device === 'cdrom');
  return (await connection.diskCounters(uuid, drive?.target ?? ''))?.readBytes ?? 0;
}

/** Volumes of pool `default` lie in libvirt's own folder, which outlives the sandbox. */
async function removeVolumes(xml: string): Promise<void> {
  const { storage } = machines.libvirt.connection;
  for (const { path } of disksOf(xml)) {
    const volume = path === undefined ? undefined : await storage.lookupVolumeByPath(path);
    if (volume?.pool === 'default') await storage.deleteVolume(volume);
  }
}

describe.concurrent('on a host that is reached over a pipe', () => {
  let elsewhere = '';
  beforeAll(() => {
    elsewhere = remoteUri(machines.libvirt.connection.uri, machines.sandbox.folder);
  });
  const common = ['--virt-type', 'qemu', '--network', 'none', '--noreboot'];
  it('--location: kernel, initrd and script go there, and the installed disk comes back', async ({
    expect,
  }) => {
    const folder = join(machines.sandbox.folder, 'far-disks');
    mkdirSync(folder);
    const script = machines.sandbox.script(plainKickstart('poweroff'), 'far.ks');
    const result = await machines.machine(
      ...['--connect', elsewhere, '--name', 'far', '--disk', `${folder}/far.img,size=1,format=raw`],
      ...['--location', machines.installer.iso, '--script', script, ...PATIENT, ...common],
    );
    expect(result.machine.state).toBe('off');
    expect(result.artifacts).toMatchObject([{ name: 'far.qcow2', virtualSize: 2 ** 30 }]);
    const [image] = result.artifacts;
    const disk = join(folder, 'far.img');
    await runCommand('qemu-img', ['compare', '-f', 'qcow2', '-F', 'raw', image?.path ?? '', disk]);
    // What went there for the install is gone.
    expect(readdirSync(folder)).toEqual(['far.img']);
  });

  it('--wait 1: a minute is waited for the installer there, which goes on', async ({ expect }) => {
    const iso = join(machines.sandbox.folder, 'there.iso');
    copyFileSync(machines.installer.iso, iso);
    const failure = await machines.failure(
      ...['--connect', elsewhere, '--name', 'slow', '--disk', `${machines.sandbox.folder}/slow.img,size=0.2`],
      ...['--cdrom', iso, '--wait', '1', '--no-capture', ...common],
    );
    expect(failure.code, failure.message).toBe('install.wait-over');
    const { uuid, state } = await machines.domain('slow');
    expect(state).toBe('running');
    await machines.libvirt.connection.destroy(uuid);
  });
});

it.concurrent("a daemon's own socket, and --unattended: the catalogue's script installs what --osinfo names", async ({
  expect,
}) => {
  const password = join(machines.sandbox.folder, 'password');
  writeFileSync(password, 'kiln-test\n', { mode: 0o600 });
  const result = await machines.machine(
    ...['--connect', machines.libvirt.connection.uri, '--name', 'alone', '--disk', 'alone.qcow2,size=8'],
    ...['--osinfo', 'debian12', '--location', machines.installer.iso, '--noreboot', ...PATIENT],
    ...['--unattended', `admin-password-file=${password},user-login=joe`, '--no-boot-check'],
    ...['--network', 'user'],
  );
  expect(result.artifacts.map(({ name }) => name)).toEqual(['alone.qcow2']);
  expect(heardOf(result)).toContain('Install script: preseed from file:/preseed.cfg');
});
