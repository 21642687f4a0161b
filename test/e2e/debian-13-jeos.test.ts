import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildEvent } from '../../src/build/build-events.ts';
import { processesNaming } from '../support/build-sandbox.ts';
import { textIn } from '../support/image-files.ts';
import { launchKiln, ONE_VCPU } from '../support/launched-kiln.ts';
import { SSH_KEYS } from '../support/ssh-keys.ts';

/** The catalogue's image of Debian 13 with the options that all of its images have in common, by debian-installer from an assembled ISO. */
const LOCATION = 'debian-offline:trixie';
const KEY = `${SSH_KEYS.ed25519} me@desk`;
const OPTIONS = {
  locale: 'de_DE.UTF-8',
  keyboard: 'de',
  timezone: 'Europe/Berlin',
  user: 'builder',
  ssh_keys: KEY,
  packages: 'tree',
  disk_layout: 'lvm',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-e2e-jeos-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A second try of so long a test would take the time of all others. */
it('./kiln build debian-13-jeos with locale, user, key and LVM', { retry: 0 }, async () => {
  const variables = Object.entries(OPTIONS).flatMap(([name, value]) => ['--var', `${name}=${value}`]);
  const how = ['--location', LOCATION, '--format', 'raw', '--output', 'image', '--json', ...ONE_VCPU];
  const { code, lines } = await launchKiln(folder, ['build', 'debian-13-jeos', ...variables, ...how]);
  expect(code, (JSON.parse(lines.at(-1) ?? '{}') as BuildEvent & { message?: string }).message).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, 'image/manifest.json'), 'utf8'))).toMatchObject({
    outcome: { kind: 'completed', detail: 'power-off' },
    verification: { os: { id: 'debian', versionId: '13' } },
    bootCheck: { result: 'passed' },
  });
  const read = (path: string) => textIn(join(folder, 'image/debian-13-jeos.img'), path);
  expect(await read('/etc/fstab')).toMatch(/^\/dev\/mapper\/\S+ \/ +ext4/m);
  expect(await read('/etc/shadow')).toMatch(/^root:[!*]/m);
  expect(await read('/home/builder/.ssh/authorized_keys')).toBe(`${KEY}\n`);
  expect(await read('/etc/default/keyboard')).toMatch(/^XKBLAYOUT="?de"?$/m);
  expect(await read('/etc/locale.conf')).toMatch(/^LANG="?de_DE\.UTF-8"?$/m);
  expect(await read('/var/lib/dpkg/info/tree.list')).toMatch(/^\/usr\/bin\/tree$/m);
  expect(await read('/etc/machine-id')).toBe('');
  expect(await read('/etc/network/interfaces')).not.toMatch(/ens|enp|eth0/);
  expect(await read('/etc/default/grub')).toMatch(/^GRUB_TERMINAL="console serial"$/m);
  expect(processesNaming(folder)).toEqual([]);
});
