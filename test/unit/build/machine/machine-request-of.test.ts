import { describe, expect, test } from 'vitest';
import { machineRequestOf } from '../../../../src/build/machine/machine-request-of.ts';
import type { KilnError } from '../../../../src/foundation/errors.ts';
import { parseVirtInstall } from '../../../../src/virt-install/parse-command-line.ts';

const context = {
  cwd: '/home/me',
  env: {},
  places: { cache: '/c', state: '/s', runtime: '/r' },
  projectDir: '/kiln',
};

function request(line: string) {
  const command = parseVirtInstall(line.split(' '));
  if (command.kind !== 'run') throw new Error(`not a build: ${command.kind}`);
  return machineRequestOf(command.options, context);
}

describe('the life of a machine', () => {
  test('by default it is captured, restarted, defined and waited for', () => {
    expect(request('--name a --import').life).toEqual({
      reboot: true,
      transient: false,
      destroyOnExit: false,
      autostart: false,
      checks: { pathInUse: true, diskSize: true, macInUse: true },
      capture: true,
      bootCheck: true,
      pure: false,
    });
  });

  test.each([
    ['--noreboot', { reboot: false }],
    ['--transient', { transient: true }],
    ['--destroy-on-exit --autostart', { destroyOnExit: true, autostart: true }],
    ['--wait', { wait: -1 }],
    ['--wait 5', { wait: 5 }],
    ['--wait 0 --no-capture', { wait: 0, capture: false }],
    ['--noautoconsole', { capture: true }],
    ['--noautoconsole --no-capture', { wait: 0, capture: false }],
    ['--no-boot-check --pure', { bootCheck: false, pure: true }],
    ['--check all=off', { checks: { pathInUse: false, diskSize: false, macInUse: false } }],
    ['--check disk_size=off', { checks: { pathInUse: true, diskSize: false, macInUse: true } }],
  ])('%s', (words, expected) => expect(request(`--import ${words}`).life).toMatchObject(expected));
});

describe('what it is installed from', () => {
  test.each([
    ['--cdrom a.iso', { kind: 'cdrom', from: '/home/me/a.iso' }],
    ['--location t.iso,kernel=/k,initrd=/i', { kind: 'location', kernel: '/k', initrd: '/i' }],
    ['--pxe', { kind: 'pxe' }],
    ['--install kernel=k,initrd=i', { kind: 'kernel', kernel: '/home/me/k', initrd: '/home/me/i' }],
    ['--import', { kind: 'none' }],
  ])('%s', (words, expected) => expect(request(words).media).toMatchObject(expected));

  test('scripts and injected files are seen from the current folder', () => {
    const { script, initrdInject, extraArgs } = request(
      '--location t.iso --script a.ks --initrd-inject b.cfg -x quiet',
    );
    expect(script?.path).toBe('/home/me/a.ks');
    expect(initrdInject).toEqual(['/home/me/b.cfg']);
    expect(extraArgs).toEqual(['quiet']);
  });
});

test.each([
  ['--cloud-init', { generatePassword: true, disable: true, files: {} }],
  ['--cloud-init disable=on', { generatePassword: false, disable: true, files: {} }],
  [
    '--cloud-init ssh-key=id.pub,user-data=/u',
    {
      generatePassword: false,
      disable: false,
      files: { 'root-ssh-key': '/home/me/id.pub', 'user-data': '/u' },
    },
  ],
])('%s', (words, expected) => expect(request(`--import ${words}`).cloudInit).toEqual(expected));

test('cloud-init has nobody to set up in a guest that is not started', () => {
  expect(() => request('--import --cloud-init --noreboot')).toThrow('--noreboot');
});

test('a machine that is never defined cannot start with its host', () => {
  expect(() => request('--import --transient --autostart')).toThrow(/--autostart: .*--transient/);
  expect(request('--import --transient --noreboot').life).toMatchObject({ transient: true, reboot: false });
});

test('problems of Kiln’s own options, and ways it does not go, are told together', () => {
  const failure = (() => {
    try {
      request('--pxe --cloud-init --keep sometimes --format tar');
      return undefined;
    } catch (error) {
      return error as KilnError;
    }
  })();
  expect(failure?.code).toBe('spec.invalid');
  const details = failure?.details as { problems: { where: string }[] } | undefined;
  expect(details?.problems.map(({ where }) => where).sort()).toEqual(['--cloud-init', '--format', '--keep']);
});

test('images are published as a template says it, and not without an image', () => {
  expect(request('--import --publish glance:c,tag=a --publish http:/srv').publish).toEqual([
    { kind: 'glance', where: 'c', options: { tag: ['a'] } },
    { kind: 'http', where: '/srv', options: {} },
  ]);
  expect(() => request('--import --publish glance:c --no-capture')).toThrow(
    expect.objectContaining({ code: 'spec.invalid', message: expect.stringContaining('--no-capture') }),
  );
});

test('a password is not generated for nothing', () => {
  const line = '--import --cloud-init user-data=/u,root-password-generate=';
  expect(() => request(`${line}on`)).toThrow(/root-password-generate=: does not go together with user-data=/);
  expect(request(`${line}off`).cloudInit).toMatchObject({ generatePassword: false });
});
