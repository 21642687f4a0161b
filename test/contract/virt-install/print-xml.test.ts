import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { writeXml } from '../../../src/foundation/xml-node.ts';
import { compareLine, readLine } from '../../support/compare-command-line.ts';
import { canonicalText, differences, splitDocuments } from '../../support/compare-domains.ts';
import { type CompiledCli, compileCli, runProgram } from '../../support/compiled-cli.ts';
import { startVirtInstall } from '../../support/run-virt-install.ts';

let cli: CompiledCli;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-print-'));
  cli = await compileCli();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cli?.remove();
});

const CONNECT = ['--connect', 'test:///default'];
const GUEST = ['--memory', '1024', '--osinfo', 'debian11', '--print-xml'];
const RANDOM = { uuid: false, macs: false };

const canonical = (xml: string): string =>
  splitDocuments(xml, parseXml)
    .map((document) => canonicalText(document, RANDOM))
    .join('\n');

describe('the programs themselves', () => {
  it.each([
    [['--name', 'a', '--import', '--disk', 'none']],
    [
      [
        ...['--name', 'x', '--import', '--disk', 'none', '--xml', 'xpath.create=./a'],
        ...['--xml', './qemu:commandline/qemu:arg/@value=-S'],
      ],
    ],
    [['--import', '--disk', 'none', '--graphics', 'vnc', '--boot', 'cdrom']],
    [['--name', 'b', '--pxe', '--disk', 'pool=default-pool,size=0.001', '--network', 'network=default']],
  ])('print the same XML for %j', async (words) => {
    const args = [...CONNECT, ...words, ...GUEST];
    const theirs = await runProgram('virt-install', args);
    const ours = await cli.run(['build', ...args, '--pure']);
    expect(ours).toMatchObject({ code: 0, stderr: '' });
    expect(theirs.code).toBe(0);
    expect(differences(canonical(theirs.stdout), canonical(ours.stdout))).toEqual([]);
  });

  describe('with install media of this machine', () => {
    const files = 'kernel=install.amd/vmlinuz,initrd=install.amd/initrd.gz';
    let iso = '';
    let kernel = '';
    beforeAll(async () => {
      iso = join(folder, 'install.iso');
      const tree = join(folder, 'tree');
      await mkdir(join(tree, 'install.amd'), { recursive: true });
      for (const name of ['vmlinuz', 'initrd.gz']) {
        await writeFile(join(tree, 'install.amd', name), gzipSync('the content does not count'));
      }
      const [vmlinuz, initrd] = ['vmlinuz', 'initrd.gz'].map((name) => join(tree, 'install.amd', name));
      kernel = `kernel=${vmlinuz},initrd=${initrd}`;
      await runProgram('xorriso', ['-as', 'mkisofs', '-quiet', '-o', iso, tree]);
    });

    it('leave the same drive behind of an ISO given to --location', async () => {
      const words = ['--name', 'e', '--disk', 'none', '--memory', '1024', '--osinfo', 'debian11'];
      const args = [...CONNECT, ...words, '--network', 'default', '--location', `${iso},${files}`];
      const theirs = await runProgram('virt-install', [...args, '--print-xml', '2']);
      const ours = await cli.run(['build', ...args, '--print-xml', '2', '--pure']);
      expect(theirs).toMatchObject({ code: 0 });
      expect(ours).toMatchObject({ code: 0, stderr: '' });
      expect(differences(canonical(theirs.stdout), canonical(ours.stdout))).toEqual([]);
      expect(ours.stdout).not.toContain('install.iso');
    });

    it.each([
      ['--cdrom', () => [iso]],
      ['--install', () => [kernel]],
      ['--install', () => [`${kernel},kernel_args="a=b c"`, '--extra-args', 'console=ttyS0']],
      ['--install', () => [`${kernel},kernel_args=a,kernel_args_overwrite=yes`, '-x', 'b']],
      ['--install', () => [kernel, '--pxe', '--network', 'default', '--initrd-inject', iso]],
      ['--location', () => [`${iso},${files}`, '--initrd-inject', iso, '--extra-args', 'console=ttyS0']],
    ] as const)('compare-virt-install finds those of %s', async (option, words) => {
      const virtInstall = startVirtInstall();
      try {
        const guest = '--name g --memory 1024 --disk none --osinfo debian11'.split(' ');
        const line = readLine(['kvm', ...guest, option, ...words()]);
        const { differences: found, theirs } = await compareLine(line, virtInstall);
        expect(found).toEqual([]);
        expect(theirs.map(writeXml).join('')).toMatch(option === '--install' ? '<kernel>' : iso);
      } finally {
        await virtInstall.close();
      }
    });
  });

  it('differ by what docs/virt-install.md lists and nothing else without --pure', async () => {
    const words = [...CONNECT, '--name', 'c', '--pxe', '--disk', 'pool=default-pool,size=0.001', ...GUEST];
    const pure = await cli.run(['build', ...words, '--pure']);
    const plain = await cli.run(['build', ...words]);
    const found = differences(canonical(pure.stdout), canonical(plain.stdout));
    const added = found.filter((line) => line.startsWith('+')).map((line) => line.slice(1).trim());
    expect(found.filter((line) => line.startsWith('-') && !line.includes('<driver'))).toEqual([]);
    expect([...new Set(added.map((line) => /^<([\w:]+)/.exec(line)?.[1]))].sort()).toEqual([
      'driver',
      'kiln:build',
      'log',
      'panic',
    ]);
    const [install = '', final = ''] = splitDocuments(plain.stdout, parseXml).map(writeXml);
    expect(install).toContain('<log file="');
    // The build may be cleaned away, and its log with it, while the machine stays.
    expect(final).not.toContain('<log');
  });

  it.each([
    [
      '--cdrom nothere.iso --memory 100x --vcpus x --osinfo debian11 --disk size=5,cache=nnone --name a/b --network foo=1 --print-xml',
      ['--disk cache', '--network foo', '--memory', '--vcpus', '--cdrom', '--name'],
    ],
    [
      '--memory 100x --osinfo fooo --disk size=0 --import --print-xml',
      ['--osinfo', '--memory', '--disk size=0'],
    ],
    ['--osinfo fooo --import --print-xml', ['--osinfo']],
    ['--cdrom nothere.iso --vcpus x --print-xml', ['--cdrom', '--vcpus']],
    [
      '--memory 100x --osinfo debian11 --disk size=1 --format foo --location nothere.iso --extra-args x --wait 0',
      ['--format', '--location', '--memory'],
    ],
    [
      '--memory 10x --osinfo debian11 --disk none --import --arch z99 --virt-type vbox --machine pcc --print-xml',
      ['--arch', '--virt-type', '--memory 10x'],
    ],
    [
      '--memory 1024 --osinfo debian11,foo=bar --import --print-step 9 --uuid 1234 --vcpus 4,maxvcpus=2 --network default,mac=01:00:00:00:00:01 --disk size=1,target.dev=vda --disk size=2,target.dev=vda --xml ./a[=1 --controller type=scsii --graphics vnc,port=70000',
      [
        ...['--osinfo foo', '--print-step', '--uuid', '--vcpus', '--network mac=01:00:00:00:00:01'],
        ...['--disk target.dev=vda', '--xml ./a\\[=1', '--controller type', '--graphics vnc,port=70000'],
      ],
    ],
    [
      '--memory 1024 --osinfo debian11 --disk none --import --vcpus 4,sockets=3,cores=x --ram= --clock pit_present= --print-xml',
      ['--vcpus cores', '--ram', '--clock pit_present'],
    ],
    [
      '--memory 1024 --osinfo debian11 --watchdog action=nope --import --disk /dev/null --boot kernel=/nope,dtb=/nope.dtb --cloud-init user-data=/nope --filesystem /nope,t --wait 0',
      [
        ...['--watchdog action', '--disk path=/dev/null', '--boot kernel=/nope', '--boot dtb=/nope.dtb'],
        ...['--cloud-init user-data=/nope', '--filesystem source=/nope'],
      ],
    ],
    [
      '--memory 1024 --osinfo debian11 --location /nope.iso --initrd-inject /nope --disk none --boot loader=/nope --unattended profile=desktop,admin-password-file=/nope --network default,mac=01:00:00:00:00:01 --dry-run',
      [
        ...['--unattended profile=desktop,admin-password-file=/nope', '--initrd-inject /nope'],
        ...['--unattended admin-password-file=/nope', '--boot loader=/nope'],
        ...['--location', '--network mac=01'],
      ],
    ],
  ])('tell all problems of %j together', async (line, expected) => {
    const { code, stderr } = await cli.run(['build', ...CONNECT, ...line.split(' ')]);
    expect(code).toBe(2);
    const [, ...told] = stderr.trim().split('\n');
    expect(told, stderr).toHaveLength(expected.length);
    for (const where of expected) expect(stderr).toMatch(new RegExp(`^  ${where}[ :]`, 'm'));
  });

  it('refuse of what is printed and of what is built the same, in the same words', async () => {
    const wrong =
      '--keep sometimes --format vhd9 --stall x --timeout y --var novalue --no-capture --publish a';
    const words =
      `--osinfo debian11 --memory 1024 --disk none --pxe --network network=default ${wrong}`.split(' ');
    const built = await cli.run(['build', ...CONNECT, ...words, '--dry-run']);
    const printed = await cli.run(['build', ...CONNECT, ...words, '--print-xml']);
    expect(printed).toMatchObject({ code: 2, stdout: '', stderr: built.stderr });
    for (const name of ['keep', 'format', 'stall', 'timeout', 'var', 'publish'])
      expect(printed.stderr).toMatch(new RegExp(`^  --${name}\\b`, 'm'));
    const good = await cli.run(['build', ...CONNECT, ...words.slice(0, 9), '--keep', '--print-xml', '1']);
    expect(good).toMatchObject({ code: 0, stderr: '' });
  });

  it('tell a libvirt that cannot be reached with what is wrong here', async () => {
    const words = '--osinfo debian11 --memory 1024 --name x --disk none --pxe --network default'.split(' ');
    const nowhere = ['build', '--connect', 'qemu+tcp://127.0.0.1:9/system', ...words];
    const wrong = ['--tftp', '/nope', '--initrd-inject', '/nope'];
    const [alone, ...both] = await Promise.all([
      cli.run([...nowhere, '--dry-run']),
      cli.run([...nowhere, ...wrong, '--dry-run']),
      cli.run([...nowhere, ...wrong, '--print-xml']),
    ]);
    expect(alone).toMatchObject({ code: 3, stderr: expect.stringContaining('[host.libvirt-unreachable]') });
    for (const { code, stderr } of both) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/^ {2}--connect: libvirt cannot be reached at qemu\+tcp/m);
      expect(stderr).toMatch(/^ {2}--tftp \/nope: there is no \/nope$/m);
    }
    expect(both[0]?.stderr).toMatch(/^ {2}--initrd-inject \/nope: /m);
  });

  it('refuse XML that is too deep or too long to make, with one line each', async () => {
    const words = ['--disk', 'none', '--import', '--cpu', 'Nehalem,cell9999999.id=1'];
    const deep = `.${'/a'.repeat(20_000)}`;
    const { code, stderr } = await cli.run(['build', ...CONNECT, ...GUEST, ...words, '--xml', `${deep}=1`]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ {2}--xml \.\/a[/a]*…: .*20000 steps.*$/m);
    expect(stderr).toMatch(/^ {2}--cpu cell9999999\.id: /m);
    expect(stderr.length).toBeLessThan(1000);
  });

  it('print one step, and refuse a step that is not there', async () => {
    const words = [...CONNECT, '--name', 'd', '--disk', 'none', '--memory', '512', '--osinfo', 'debian11'];
    const first = await cli.run(['build', ...words, '--pxe', '--network', 'default', '--print-xml', '1']);
    expect(first.stdout.match(/<domain /g)).toHaveLength(1);
    expect(first.stdout).toContain('<on_reboot>destroy</on_reboot>');
    const none = await cli.run(['build', ...words, '--import', '--print-xml', '2']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('[spec.invalid]');
  });

  it('remember what libvirt said', async () => {
    const words = ['build', ...CONNECT, '--name', 'e', '--disk', 'none', '--import', ...GUEST];
    const first = await cli.run(words);
    const second = await cli.run([...words, '--debug']);
    expect(canonical(second.stdout)).toBe(canonical(first.stdout));
    expect(second.stderr).not.toContain('connecting to');
  });

  it('list sub-options and systems', async () => {
    expect((await cli.run(['build', '--watchdog=?'])).stdout).toContain('action=default|reset|shutdown');
    const names = (text: string) => [...text.matchAll(/^ {2}([\w.]+)/gm)].map(([, name]) => name).sort();
    const theirs = await runProgram('virt-install', ['--xml=?']);
    expect(names((await cli.run(['build', '--xml=?'])).stdout)).toEqual(names(theirs.stdout));
    expect((await cli.run(['build', '--disk=?'])).stdout).toContain('  perms=rw|ro|sh\n');
    expect((await cli.run(['build', '--osinfo', 'list'])).stdout).toContain('debian11, debianbullseye\n');
  });
});
