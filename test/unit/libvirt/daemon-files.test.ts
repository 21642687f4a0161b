import { expect, test } from 'vitest';
import { daemonFiles, qemuConf, virtlogdConf } from '../../../src/libvirt/daemon-files.ts';

test('the host’s qemu.conf is kept but for the user and the namespaces', () => {
  const conf = qemuConf(
    '# user = "x"\nuser = "libvirt-qemu"\n  group="kvm"\nnamespaces = [\n  "mount"\n]\nvnc_listen = "0.0.0.0"\nuser_x = 1\n',
  );
  expect(conf.split('\n')).toEqual([
    '# user = "x"',
    'vnc_listen = "0.0.0.0"',
    'user_x = 1',
    'user = "root"',
    'group = "root"',
    'namespaces = []',
    '',
  ]);
});

test('the serial log is never rotated', () => {
  expect(virtlogdConf(daemonFiles('/run/kiln'))).toContain('max_size = 0\n');
});

test('a socket path of more than 107 bytes is refused', () => {
  const folderOf = (length: number): string => `/${'x'.repeat(length - 1)}`;
  const rest = '/libvirt/libvirt-admin-sock'.length;
  expect(daemonFiles(folderOf(107 - rest)).uri).toContain('?socket=/xxx');
  expect(() => daemonFiles(folderOf(108 - rest))).toThrowError(
    expect.objectContaining({ code: 'host.runtime-dir-too-long' }),
  );
});
