import { expect, test } from 'vitest';
import { startFailure } from '../../../src/build/start-failure.ts';
import { daemonFiles } from '../../../src/libvirt/daemon-files.ts';
import { libvirtLost } from '../../../src/libvirt/libvirt-error.ts';

const WEB = { name: 'web', uri: 'qemu:///system' };

const LOCK =
  'internal error: process exited while connecting to monitor: -blockdev {…}: Failed to get "write" lock';

test('a disk that another process writes to is told with the remedy', () => {
  const cause = new Error(`${LOCK}\nIs another process using the image [/b.qcow2]?`);
  expect(startFailure(WEB, cause)).toMatchObject({
    code: 'disk.locked',
    details: { path: '/b.qcow2', domain: 'web' },
    message: '/b.qcow2 is in use by another process (QEMU holds a lock on it); stop that guest first.',
  });
});

test('which disk it is may stay unknown', () => {
  const { code, message } = startFailure(WEB, new Error(LOCK));
  expect(code).toBe('disk.locked');
  expect(message).toContain('A disk of web, or what it is an overlay of, is in use');
});

test('of anything else libvirt has the word', () => {
  expect(startFailure(WEB, new Error('no memory'))).toMatchObject({
    code: 'install.start-failed',
    message: 'libvirt could not start the domain web: no memory',
  });
});

test.each([
  'internal error: Unknown CPU model Haswel',
  'unsupported configuration: unknown CPU feature: aess',
  'unsupported configuration: CPU model Icelake-Client is not supported by hypervisor',
])('of a CPU there is not, it comes with the remedy: %s', (said) => {
  const { code, message } = startFailure(WEB, new Error(said));
  expect(code).toBe('install.start-failed');
  expect(message).toMatch(/start the domain web: .*\. Name another with --cpu, or leave that out/);
});

test('a libvirt that is lost is no failure of the install', () => {
  const lost = libvirtLost('qemu:///system', 'end of file');
  expect(startFailure(WEB, lost)).toBe(lost);
});

test('of a full disk it is the host that is told, with the folder behind the private names of the own daemon', () => {
  const said = "cannot write data to file '/run/libvirt/qemu/web.xml.new': No space left on device";
  const ofHost = startFailure(WEB, new Error(said));
  expect(ofHost).toMatchObject({ code: 'host.no-space', exitCode: 3 });
  expect(ofHost.message).toContain(`${said}. Make room there.`);
  const { uri, folder } = daemonFiles('/tmp/kiln-0');
  expect(startFailure({ name: 'web', uri }, new Error(said)).message).toContain(`keeps in ${folder} `);
});
