import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CompiledCli, compileCli, runProgram } from '../../support/compiled-cli.ts';

let cli: CompiledCli;
beforeAll(async () => {
  cli = await compileCli();
  const folder = (name: string): Promise<unknown> => mkdir(join(cli.folder, name));
  for (const name of ['built', 'custom', 'hosts', 'menus', 'beside']) await folder(name);
  const pipes = ['pipe', 'built/manifest.json', 'custom/menu.yaml', 'hosts/HOSTNAME-web1.ipxe'];
  for (const name of [...pipes, 'menus/kiln-menus.json', 'beside/manifest.json']) {
    execFileSync('mkfifo', [join(cli.folder, name)]);
  }
  await writeFile(join(cli.folder, 'file'), '');
  await writeFile(join(cli.folder, 'beside', 'image.raw'), Buffer.alloc(512));
  const login = 'auth: {auth_url: "http://127.0.0.1:9/", username: a, password: b, project_name: c}';
  // A key without a certificate is refused unread, so that one's certificate has to be a real one.
  const pair = ['-keyout', join(cli.folder, 'pair.key'), '-out', join(cli.folder, 'pair.pem')];
  const made = [
    '-x509',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-subj',
    '/CN=client.example',
  ];
  execFileSync('openssl', ['req', ...made, ...pair], { stdio: 'ignore' });
  const settings = {
    x: 'x: pipe',
    cacert: 'cacert: pipe',
    cert: 'cert: pipe',
    key: 'cert: pair.pem, key: pipe',
  };
  const clouds = Object.entries(settings).map(([name, named]) => `  ${name}: {${named}, ${login}}\n`);
  await writeFile(join(cli.folder, 'clouds.yaml'), `clouds:\n${clouds.join('')}`);
});
afterAll(() => cli?.remove());

const EXPORT = ['ipxe', 'menu', 'export', 'new', '--url', 'http://x/'];

const image = (): string => join(cli.folder, 'image.qcow2');

test.each([
  ['control characters', ['--name', 'a\nb'], '--name'],
  ['what nobody sees', ['--name', 'a\u202eb'], '--name'],
  ['too many letters', ['--name', 'a'.repeat(250)], '--name'],
  ['a dot in front', ['--name', '.hidden'], '--name'],
  ['a login in the address', ['--url', 'http://u:secretpw@h/'], '--url holds a login'],
])('publish http refuses %s', async (_, words, problem) => {
  await writeFile(image(), '');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', image(), '1M']);
  const ended = await cli.run(['publish', 'http', image(), '--to', join(cli.folder, 'to'), ...words]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(problem);
  expect(ended.stderr).not.toContain('secretpw');
  expect(existsSync(join(cli.folder, 'to'))).toBe(false);
});

test('no file but a disk is published as a raw image', async () => {
  const [odd, text] = [join(cli.folder, 'odd.raw'), join(cli.folder, 'text.raw')];
  await writeFile(odd, 'root:x:0:0:\n'.repeat(100));
  await writeFile(text, 'root:x:0:0:root\n'.repeat(320));
  for (const path of [odd, text]) {
    const ended = await cli.run(['publish', 'http', path, '--to', join(cli.folder, 'to')]);
    expect(ended).toMatchObject({ code: 6, stdout: '' });
    expect(ended.stderr).toContain('disk.not-a-disk');
  }
  expect(existsSync(join(cli.folder, 'to'))).toBe(false);
});

test.each([
  ['ipxe', 'iso', '-o', 'built', '--chain', 'http://x/'],
  ['media', 'fetch', 'http://127.0.0.1:9/x', '-o', 'built'],
])('a folder is no place for a file: kiln %s %s %s %s', async (...words) => {
  const ended = await cli.run(words);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain(`${join(cli.folder, 'built')} cannot be used`);
});

test.each([
  'ipxe iso --chain http://x/ -o',
  'media fetch http://127.0.0.1:9/x -o',
  'media bootstrap http://127.0.0.1:9/x --force -o',
  'build debian-13 --junit',
  'build debian-13 --dry-run --junit',
  'build --name x --memory 512 --import --disk none --dry-run --junit',
])('only a file is replaced: kiln %s', async (words) => {
  const at = (name: string): string => join(cli.folder, name);
  const [device, pipe, link] = [at('device'), at('a-pipe'), at('link')];
  // The device of /dev/null, whatever is written to it.
  if (!existsSync(device)) execFileSync('mknod', [device, 'c', '1', '3']);
  if (!existsSync(pipe)) execFileSync('mkfifo', [pipe]);
  if (!existsSync(link)) symlinkSync(device, link);
  for (const [path, type] of [
    [device, 'a device'],
    [pipe, 'a pipe'],
    [link, 'a device'],
  ] as const) {
    const ended = await cli.run([...words.split(' '), path]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`[output.not-a-file]: ${path} is ${type}, not a file`);
  }
  const ended = await cli.run([...words.split(' '), '-']);
  expect(ended).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('not standard output'),
  });
  expect(lstatSync(device).isCharacterDevice()).toBe(true);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  expect(readlinkSync(link)).toBe(device);
  expect(existsSync(join(cli.folder, '-'))).toBe(false);
});

test.each([
  ['--chain http://boot.example/x --address 192.0.2.10/24 --gateway 192.0.2.1', '--dns is missing'],
  [
    '--chain http://198.51.100.1/x --address 192.0.2.10/24',
    '--gateway is missing: 198.51.100.1 lies outside',
  ],
  ['--chain http://192.0.2.1/x --failsafe-timeout 0', '--failsafe-timeout takes at least 1s'],
  ['--chain /x', 'write http://server/path'],
  ['--chain http:/boot.example/x', 'it names no server'],
])('kiln ipxe iso %s is refused before anything is started', async (words, problem) => {
  const ended = await cli.run(['ipxe', 'iso', '-o', 'x.iso', ...words.split(' ')]);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
  expect(existsSync(join(cli.folder, 'x.iso'))).toBe(false);
});

test("a script of one's own takes no options of the generated one, and --ipxe-dir no other program", async () => {
  await writeFile(join(cli.folder, 'own.ipxe'), '#!ipxe\nshell\n');
  const flags = ['--address', '192.0.2.10/24', '--gateway', '192.0.2.1', '--vlan', '7', '--set', 'a=b'];
  const more = ['--device', 'net0', '--tries', '5', '--failsafe-timeout', '9s', '--unattended', '--verify'];
  const words = ['ipxe', 'iso', '-o', 'x.iso', '--script', 'own.ipxe'];
  const ended = await cli.run([...words, ...flags, ...more]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  for (const flag of [...flags, ...more].filter((word) => word.startsWith('--')))
    expect(ended.stderr).toContain(flag);
  await mkdir(join(cli.folder, 'own'));
  await writeFile(join(cli.folder, 'own', 'ipxe.efi'), 'autoexec.ipxe');
  for (const [folder, problem] of [
    ['nope', 'does not exist'],
    ['file', 'is no folder'],
    ['hosts', 'has no iPXE for BIOS (ipxe.lkrn or bin/ipxe.lkrn) and none for UEFI'],
    ['own', 'has no iPXE for BIOS (ipxe.lkrn or bin/ipxe.lkrn), or ask for --firmware uefi alone'],
  ] as const) {
    const refused = await cli.run([...words, '--ipxe-dir', folder]);
    expect(refused, folder).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('ipxe.no-program'),
    });
    expect(refused.stderr).toContain(problem);
  }
  expect(existsSync(join(cli.folder, 'x.iso'))).toBe(false);
});

test('what a profile nested without end ends with is a finding', async () => {
  const path = join(cli.folder, 'deep.xml');
  const [open, close] = ['<a>'.repeat(3000), '</a>'.repeat(3000)];
  await writeFile(
    path,
    `<?xml version="1.0"?><profile xmlns="http://www.suse.com/1.0/yast2ns">${open}${close}</profile>`,
  );
  const ended = await cli.run(['lint', path]);
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stdout).toContain('nested deeper than 256 elements');
});

test('a plan shows no variable that is a secret by its name', async () => {
  const iso = 'http://127.0.0.1:9/planned.iso';
  const good = join(import.meta.dirname, '../../../fixtures/lint/kickstart.no-ending/trips.ks');
  const script = join(cli.folder, 'asks.ks');
  const asks = '%post\necho {{db_password}} {{api_token}} {{colour}}\n%end\n';
  await writeFile(script, `${await readFile(good, 'utf8')}\n${asks}`);
  const words = ['plan', script, '--os', 'fedora42', '--cdrom', iso, '--virt-type', 'tcg'];
  const secret = ['--var', 'db_password=hush-one', '--var', 'api_token=hush-two', '--var', 'colour=blue'];
  for (const more of [[], ['--json']]) {
    const { code, stdout } = await cli.run([...words, ...secret, ...more]);
    expect(code).toBe(0);
    expect(stdout).toContain('blue');
    expect(stdout).toContain('db_password');
    expect(stdout).not.toContain('hush');
  }
});

test.each([
  ['publish http pipe --to images', 'publish.no-image'],
  ['publish glance pipe --cloud x', 'publish.no-image'],
  ['publish http built --to images', 'manifest.invalid'],
  ['publish http beside/image.raw --to images', 'manifest.invalid'],
  ['ipxe iso -o x.iso --script pipe', 'ipxe.script-unreadable'],
  ['ipxe check --static pipe', 'ipxe.script-unreadable'],
  [[...EXPORT, '--sign-key', 'pipe', '--sign-cert', 'file'].join(' '), 'ipxe.signing'],
  [[...EXPORT, '--custom', 'custom'].join(' '), 'ipxe.bad-menu'],
  [[...EXPORT, '--hosts', 'hosts'].join(' '), 'ipxe.bad-menu'],
  ['ipxe menu verify menus --ca file', 'ipxe.not-menus'],
])('nobody waits for the writer of a pipe: kiln %s', async (words, code) => {
  const ended = await cli.run(words.split(' '));
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toContain(code);
  if (code !== 'ipxe.not-menus') expect(ended.stderr).toContain('is a pipe, not a file');
});

test.each(['cacert', 'cert', 'key'])('nor of one that is said to be a %s', async (key) => {
  const ended = await cli.run(['publish', 'check', '--cloud', key]);
  expect(ended).toMatchObject({ code: 7 });
  expect(ended.stderr).toContain(`pipe (${key}) is a pipe, not a file`);
});

test.each([
  'builds list',
  'builds list --json',
  'builds show a',
  'builds logs a',
  'builds clean',
  'builds clean --all --dry-run',
  'builds stop a',
  'builds attach a',
  'builds report a',
  'builds serve --no-open',
  'publish check a',
])('a file in the place of the state folder: kiln %s', async (words) => {
  const state = join(cli.folder, 'state-file');
  await writeFile(state, 'not a folder');
  const env = { PATH: process.env.PATH ?? '', HOME: cli.folder, KILN_STATE_DIR: state };
  const ended = await runProgram(process.execPath, [cli.main, ...words.split(' ')], { env, cwd: cli.folder });
  expect(ended).toMatchObject({ code: 3, stdout: '' });
  expect(ended.stderr).toMatch(
    /^error \[host\.bad-path\]: .*state-file\/builds .* is a file\. .*KILN_STATE_DIR/,
  );
  expect(await readFile(state, 'utf8')).toBe('not a folder');
});

test('kiln build alone says what it needs', async () => {
  const ended = await cli.run(['build']);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/^error \[options\.invalid\]: .*kiln build debian-13/);
});

test.each(['plan', 'build'])(
  'kiln %s refuses a line break in the name of its output folder',
  async (command) => {
    await writeFile(join(cli.folder, 'x.iso'), 'x');
    const words = [command, '--import', 'x.iso', '--output', 'a\nb'];
    const ended = await cli.run(words);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--output: "a\\nb" holds line breaks');
  },
);

test('an ISO that is made for a script gets the packages that it asks for', async () => {
  const from = ['--location', 'debian-offline:trixie', '--var', 'packages=tree vim'];
  const { code, stdout } = await cli.run(['plan', 'debian-13-jeos', ...from, '--json']);
  expect(code).toBe(0);
  const { media } = JSON.parse(stdout) as { media: readonly { from: string }[] };
  expect(media.map((each) => each.from)).toEqual([
    'debian-offline:trixie/cloud-guest-utils/cloud-init/openssh-server/qemu-guest-agent/sudo/tree/vim',
  ]);
});
