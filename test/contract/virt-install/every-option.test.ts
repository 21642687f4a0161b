import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { machineRequestOf } from '../../../src/build/machine/machine-request-of.ts';
import { withUnattendedScript } from '../../../src/build/machine/unattended.ts';
import { chooseAutoConsole } from '../../../src/cli/auto-console.ts';
import { systemIo } from '../../../src/cli/cli-io.ts';
import { KilnError } from '../../../src/foundation/errors.ts';
import { writeXml } from '../../../src/foundation/xml-node.ts';
import { REFUSED } from '../../../src/virt-install/options/command-options.ts';
import { parseVirtInstall } from '../../../src/virt-install/parse-command-line.ts';
import { kilnXml, readLine } from '../../support/compare-command-line.ts';
import { runProgram } from '../../support/compiled-cli.ts';

const projectDir = join(import.meta.dirname, '../../..');

/** An option with a value that does something, on the plainest guest or on one of its own. */
type Sample = { readonly words: readonly string[]; readonly on?: readonly string[] };
const IMPORT = '--name g --memory 1024 --import --disk none --osinfo debian11'.split(' ');
const PXE = '--name g --memory 1024 --pxe --disk none --osinfo debian11'.split(' ');
const LOCATION = '--name g --memory 1024 --location x.iso --disk none --osinfo debian11'.split(' ');
const of = (text: string, on: readonly string[] = IMPORT): Sample => ({ words: text.split(' '), on });

/** Options that change the domain. */
const CHANGES_XML: readonly Sample[] = [
  ...[
    '--name other',
    '--memory 2048',
    '--vcpus 3',
    '--cpu Nehalem',
    '--metadata title=t',
    '--xml ./on_crash=preserve',
    '--boot cdrom',
    '--idmap clearxml=no,uid.start=0,uid.target=1000,uid.count=10',
    '--os-variant fedora36',
    '--disk size=1',
    '--network type=user',
    '--graphics vnc',
    '--controller usb,model=nec-xhci',
    '--input keyboard,bus=virtio',
    '--serial file,path=/tmp/s',
    '--parallel pty',
    '--channel unix,target.type=virtio,target.name=x',
    '--console pty,target.type=virtio',
    '--hostdev pci_0000_00_19_0',
    '--filesystem /a,/b',
    '--sound ac97',
    '--audio id=1,type=none',
    '--watchdog default',
    '--video qxl',
    '--smartcard mode=host',
    '--redirdev usb,type=spicevmc',
    '--memballoon none',
    '--tpm emulator',
    '--rng none',
    '--panic default',
    '--shmem name=s',
    '--memdev dimm,target.size=100',
    '--vsock cid.auto=yes',
    '--iommu model=intel',
    '--iothreads 2',
    '--seclabel type=none',
    '--keywrap cipher0.name=aes,cipher0.state=on',
    '--cputune shares=100',
    '--numatune 1',
    '--memtune 512',
    '--blkiotune 100',
    '--memorybacking locked=on',
    '--features acpi=off',
    '--clock offset=localtime',
    '--pm suspend_to_mem=on',
    '--events on_crash=preserve',
    '--resource /a',
    '--sysinfo host',
    '--virt-type qemu',
    '--arch i686',
    '--machine pc',
  ].map((text) => of(text)),
  { words: ['--qemu-commandline=-nodefaults'] },
  of('--pxe', '--name g --memory 1024 --import --disk none --osinfo debian11'.split(' ')),
  of('--cdrom /pools/default/install.iso', PXE),
  of('--install bootdev=cdrom', '--name g --memory 1024 --disk none --osinfo debian11 --import'.split(' ')),
  of('--cloud-init disable=on'),
  of('--launchSecurity sev', [...IMPORT, '--machine', 'q35', '--boot', 'uefi']),
];

/** Options that change what is done with it. */
const CHANGES_LIFE: readonly Sample[] = [
  of('--connect qemu:///session'),
  of(
    '--location x.iso',
    PXE.filter((word) => word !== '--pxe'),
  ),
  of('--extra-args a=b', LOCATION),
  of('--initrd-inject f', LOCATION),
  of('--unattended', LOCATION),
  ...['--autostart', '--transient', '--destroy-on-exit', '--wait 5', '--noreboot'].map((text) => of(text)),
  of('--noautoconsole', [...IMPORT, '--no-capture']),
  of('--autoconsole none', [...IMPORT, '--no-capture']),
  of('--check path_in_use=off'),
];

/** Kinds of command of their own, and how much is said. */
const COMMANDS = ['help', 'version', 'print-xml', 'dry-run', 'quiet', 'debug'];
/** What every guest of Kiln's is. */
const HOLDS_ANYWAY = ['hvm'];
/** Without it nothing says what the guest is installed from. */
const NEEDED = 'import';

const optionOf = ({ words }: Sample): string => (words[0] ?? '').replace(/^--/, '').split('=', 1)[0] ?? '';

function xmlOf(args: readonly string[]): string {
  return kilnXml(readLine(['kvm', ...args]))
    .map((document) => writeXml(document))
    .join('');
}

async function lifeOf(args: readonly string[]): Promise<string> {
  const command = parseVirtInstall(args);
  if (command.kind !== 'run') throw new Error(`it asks for ${command.kind}`);
  const places = { cache: '/c', state: '/s', runtime: '/r' };
  const context = { cwd: '/home', env: {}, places, projectDir };
  return JSON.stringify(machineRequestOf(await withUnattendedScript(command.options, context), context));
}

const io = systemIo(projectDir);
afterAll(() => io.out.flush());

describe('no option of virt-install is ignored in silence', () => {
  it('every option of its help has its place here, or is refused', async () => {
    const { stdout } = await runProgram('virt-install', ['--help']);
    const names = [...stdout.matchAll(/^ {2}(?:-\w(?: \w+)?, )?--([\w-]+)/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(75);
    const samples = [...CHANGES_XML, ...CHANGES_LIFE].map(optionOf);
    const known = [...samples, ...COMMANDS, ...HOLDS_ANYWAY, NEEDED, ...Object.keys(REFUSED)];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(CHANGES_XML.map((sample) => [sample.words.join(' '), sample] as const))(
    '%s changes the domain',
    (_, { words, on = IMPORT }) => {
      expect(xmlOf([...on, ...words])).not.toBe(xmlOf(on));
    },
  );

  it.each([
    [['--uuid', 'bad'], '--uuid'],
    [['--metadata', 'uuid=bad'], '--metadata uuid'],
    [['--sysinfo', 'system.uuid=bad'], '--sysinfo system.uuid'],
  ])('a UUID that is none is the fault of the option that gave it: %j', (words, where) => {
    expect(() => xmlOf([...IMPORT, ...words])).toThrow(
      expect.objectContaining({ details: { problems: [expect.objectContaining({ where })] } }),
    );
  });

  it('--import is what a guest without install media needs', () => {
    expect(() => xmlOf(IMPORT.filter((word) => word !== '--import'))).toThrow('install media');
  });

  it.each(CHANGES_LIFE.map((sample) => [sample.words.join(' '), sample] as const))(
    '%s changes what is done with it',
    async (_, { words, on = IMPORT }) => {
      expect(await lifeOf([...on, ...words])).not.toBe(await lifeOf(on));
    },
  );

  it.each(COMMANDS)('--%s is a command, or seen where the build is shown', (name) => {
    const command = parseVirtInstall([...IMPORT, `--${name}`]);
    if (command.kind !== 'run') return expect(command.kind).toBe(name);
    const { flags, values } = command.options;
    expect(flags.includes(name) || name in values).toBe(true);
  });

  it.each(Object.entries(REFUSED))('--%s is refused by its name: %s', (name) => {
    expect(() => parseVirtInstall([...IMPORT, `--${name}`, 'x'])).toThrow(KilnError);
    expect(() => parseVirtInstall([...IMPORT, `--${name}`])).toThrow(`--${name}`);
  });

  it('--autoconsole decides what is opened, and says why it cannot be', () => {
    const view = (...words: string[]) => {
      const command = parseVirtInstall([...IMPORT, ...words]);
      if (command.kind !== 'run') throw new Error('no build');
      const env = words.includes('vnc') ? { DISPLAY: ':0' } : {};
      return chooseAutoConsole(command.options, { ...io, env });
    };
    expect(view('--autoconsole', 'text')).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('terminal'),
    });
    expect(view('--autoconsole', 'graphical')).toMatchObject({ why: expect.stringContaining('DISPLAY') });
    expect(view('--graphics', 'vnc')).toEqual({ kind: 'graphical' });
    expect(view('--graphics', 'vnc', '--noautoconsole')).toEqual({ kind: 'none' });
    expect(view('--graphics', 'none')).toEqual({ kind: 'none' });
  });
});
