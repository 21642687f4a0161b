import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildRequest } from '../../../src/build/build-context.ts';
import { addBuildOptions, type BuildOptionValues } from '../../../src/cli/build-options.ts';
import { buildRequest } from '../../../src/cli/build-request.ts';
import { KilnCommand } from '../../../src/cli/kiln-command.ts';
import { overrideSettings } from '../../../src/spec/override-settings.ts';

/** The request a command line makes, without undefined overrides. */
function requestOf(...args: string[]): BuildRequest {
  let request: BuildRequest | undefined;
  const command = new KilnCommand('build').argument('[target]').exitOverride() as KilnCommand;
  addBuildOptions(command).action((target: string | undefined, options: BuildOptionValues) => {
    request = buildRequest(target, options);
  });
  command.parse(args, { from: 'user' });
  return JSON.parse(JSON.stringify(request)) as BuildRequest;
}

function overridesOf(...args: string[]): BuildRequest['overrides'] {
  const { spelling: _, ...overrides } = requestOf(...args).overrides ?? {};
  return overrides;
}

test.each([
  [['--boot', 'hd'], '--boot'],
  [['--boot', 'hd', '--firmware', 'hd'], '--firmware'],
  [['--firmware', 'hd', '--boot', 'hd'], '--boot'],
  [['--ram', 'x'], '--ram'],
  [['--osinfo', ' '], '--osinfo'],
  [['--virt-type', 'kvmm'], '--virt-type'],
  [['--accelerator', 'kvmm'], '--accelerator'],
])('a wrong value is told under the option that was typed: %j', (args, option) => {
  const { list } = overrideSettings(requestOf(...args).overrides ?? {}, '/');
  expect(list.problems.map(({ where }) => where)).toEqual([option]);
});

test('a target alone', () => {
  expect(requestOf('debian13-minimal')).toEqual({ target: 'debian13-minimal', overrides: {} });
});

test.each([
  [['--name', 'web'], { name: 'web' }],
  [['--os', 'debian13'], { os: 'debian13' }],
  [['--os-variant', 'debian13'], { os: 'debian13' }],
  [['--osinfo', 'name=debian13'], { os: 'debian13' }],
  [['--osinfo=short-id=debian13'], { os: 'debian13' }],
  [['--memory', '4096'], { memory: '4096' }],
  [['--ram', '4GiB'], { memory: '4GiB' }],
  [['--ram', '1', '--memory', '2'], { memory: '2' }],
  [['--memory', '1', '--ram', '2'], { memory: '2' }],
  [['--vcpus=4'], { vcpus: '4' }],
  [['--cpu', 'Nehalem,+aes,-avx'], { cpu: 'Nehalem,+aes,-avx' }],
  [['--disk', 'size=20,bus=virtio'], { disk: 'size=20,bus=virtio' }],
  [['-c', 'a b.iso'], { cdrom: 'a b.iso' }],
  [['--cdrom', '/x,y.iso'], { cdrom: '/x,y.iso' }],
  [['-l', 'http://h/x?a=b,kernel=k,initrd=i'], { location: 'http://h/x?a=b,kernel=k,initrd=i' }],
  [['--import', 'disk,1.qcow2'], { import: 'disk,1.qcow2' }],
  [['--media-checksum', 'sha256:00'], { checksum: 'sha256:00' }],
  [['--script', 'ks.cfg', '--inject', 'initrd'], { script: 'ks.cfg', inject: 'initrd' }],
  [['-x', 'a b', '--extra-args', '--', '-x', '--keep'], { extraArgs: ['a b', '--', '--keep'] }],
  [['--boot', 'uefi'], { firmware: 'uefi' }],
  [['--firmware', 'bios'], { firmware: 'bios' }],
  [['--machine', 'pc'], { machine: 'pc' }],
  [['--virt-type', 'qemu'], { accelerator: 'tcg' }],
  [['--accelerator', 'kvm'], { accelerator: 'kvm' }],
  [['--network', 'none'], { network: 'none' }],
  [['--format', 'qcow2,compression=zlib', '--format', 'raw'], { outputs: ['qcow2,compression=zlib', 'raw'] }],
  [['--root-password-file', 'pw'], { rootPasswordFile: 'pw' }],
  [['--root-password-env', 'PW'], { rootPasswordEnv: 'PW' }],
  [['--var', 'a=1=2', '--var', 'b='], { variables: ['a=1=2', 'b='] }],
  [['--timeout', '1h', '--stall', '5m'], { timeout: '1h', stall: '5m' }],
  [['--no-boot-check'], { noBootCheck: true }],
  [['--boot-check-limit', '20m'], { bootCheckLimit: '20m' }],
])('%j overrides %j', (args, overrides) => {
  expect(overridesOf(...args)).toEqual(overrides);
});

test.each([
  [['-o', 'out', '--force'], { output: 'out', force: true }],
  [['--connect', 'qemu:///session', '--offline'], { connect: 'qemu:///session', offline: true }],
  [['t', '--keep'], { target: 't', keep: 'always' }],
  [['--keep', 't'], { target: 't', keep: 'always' }],
  [['--keep', 'never', 't'], { target: 't', keep: 'never' }],
  [['t', '--keep=on-failure'], { target: 't', keep: 'on-failure' }],
  [['--keep', '--force'], { keep: 'always', force: true }],
  [['--', '--force'], { target: '--force' }],
])('%j requests %j', (args, request) => {
  expect(requestOf(...args)).toEqual({ overrides: {}, ...request });
});

const HOSTILE = ['$(reboot)', '`id`', "'; rm -rf /", '../../etc/passwd', '\u001b[2J', '%s%n', '🔥', '=', ','];

test.each(HOSTILE)('%j passes through as it is', (value) => {
  expect(requestOf(value, '--name', value, '-x', value)).toEqual({
    target: value,
    overrides: { name: value, extraArgs: [value] },
  });
});

test('docs/cli.md names every option that counts each time it is given', async () => {
  const command = addBuildOptions(new KilnCommand('build'));
  const repeatable = command.options.filter(({ description }) => description.endsWith('; repeatable'));
  const text = await readFile(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
  const [, named = ''] = /Every value counts\s+of ([^(.]*)/.exec(text) ?? [];
  expect(named.match(/--[\w-]+/g)?.sort()).toEqual(repeatable.map(({ long }) => long).sort());
});

test.each([
  [['--memory', '1', '--ram', '2'], { memory: '2' }],
  [['--disk', 'size=1', '--cdrom', 'a', '-c', 'b'], { disk: 'size=1', cdrom: 'b' }],
  [['--var', 'a=1', '--var', 'b=2'], { variables: ['a=1', 'b=2'] }],
  [['--publish', 'http:a', '--publish', 'http:b'], { publish: ['http:a', 'http:b'] }],
  [['--publish', 'http:a', '--no-publish'], { publish: [] }],
  [['--no-publish', '--publish', 'http:a'], { publish: ['http:a'] }],
  [['--syslog', '--no-syslog'], { syslog: false }],
  [['--no-syslog', '--syslog'], { syslog: true }],
])('of %j count %j', (args, expected) => {
  expect(overridesOf(...args)).toEqual(expected);
});

test.each([
  [['--keep', 'sometimes', 't'], 'options.invalid'],
  [['--keep=on-faliure'], 'options.invalid'],
  [['--disk', 'size=1', '--disk', 'size=2'], 'options.invalid'],
  [['--memory'], 'options.invalid'],
  [['a', 'b'], 'options.invalid'],
  [['--frobnicate'], 'options.unknown-option'],
  [['-Z'], 'options.unknown-option'],
])('%j is refused with %s', (args, code) => {
  expect(() => requestOf(...args)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
});

test.each([
  ['--memroy=4096', '--memory'],
  ['--os-varient', '--os-variant'],
  ['--netwrok', '--network'],
])('%s suggests %s', (typed, meant) => {
  expect(() => requestOf(typed)).toThrow(`Did you mean "${meant}"?`);
});

test.each([
  [['--root-password', 'hunter2!']],
  [['--root-password=hunter2!']],
  [['--rootpw', 'hunter2!']],
  [['--password=hunter2!']],
  [['--var', 'root_password=hunter2!']],
  [['-x', 'quiet passwd/root-password=hunter2!']],
  [['--extra-args', 'rootpw=hunter2!']],
])('%j is refused without repeating the password', (args) => {
  const attempt = (): BuildRequest => requestOf('t', ...args);
  expect(attempt).toThrow(
    expect.objectContaining({
      code: 'options.secret-on-command-line',
      message: expect.stringContaining('--root-password-file'),
    }),
  );
  expect(attempt).not.toThrow('hunter2');
});

test('a mistyped option does not repeat its value', () => {
  expect(() => requestOf('--root-passwort=hunter2!')).not.toThrow('hunter2');
  expect(() => requestOf('--root-passwort=hunter2!')).toThrow('--root-passwort');
});

test.each([
  [
    ['--on-error=keep', '--keep=never'],
    '--on-error=keep does not go together with --keep=never; choose one.',
  ],
  [
    ['--on-error=ask', '--detach'],
    '--on-error=ask does not go together with --detach, where nobody can answer; choose one, or --on-error=keep.',
  ],
])('options that contradict each other: %j', (args, message) => {
  expect(() => requestOf('t', ...args)).toThrow(
    expect.objectContaining({ code: 'options.invalid', message, details: { option: '--on-error' } }),
  );
});

test.each([
  [['--on-error=keep']],
  [['--on-error=keep', '--keep=on-failure']],
  [['--on-error=keep', '--detach']],
  [['--on-error=ask', '--keep=never']],
  [['--on-error=abort', '--keep=never', '--detach']],
])('options that do not: %j', (args) => {
  expect(() => requestOf('t', ...args)).not.toThrow();
});
