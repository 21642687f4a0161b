import { COMMAND_OPTIONS, REFUSED } from '../virt-install/options/command-options.ts';

/** The exit codes, for `--help`. They are those of foundation/errors.ts; a test compares them. */
export const EXIT_CODE_HELP = `
Exit codes:
    0  done                       5  the install failed
    2  the request is wrong       6  the disk is not fit for use
    3  the host lacks something   7  publishing failed
    4  the media are not usable  70  a bug in Kiln
  130  cancelled
`;

/** Command lines for `--help`; a command shows its own and those of its sub-commands. A test parses each. */
export const EXAMPLES: readonly string[] = [
  'kiln build debian-13',
  'kiln build debian-13 --memory 2GiB --disk size=20 -o out/',
  'kiln build ./server.ks --cdrom ./server.iso --format qcow2 --format raw',
  'kiln build preseed.cfg --location ./installer.iso,kernel=/install/vmlinuz,initrd=/install/initrd.gz',
  'kiln build --name centos9 --memory 4096 --vcpus 2 --disk centos9.qcow2,size=20 --cdrom centos9.iso',
  'kiln build --import ./appliance.qcow2 --format vmdk',
  'kiln build debian-13 --json > events.jsonl',
  'kiln build debian-13 --junit report.xml',
  'kiln build debian-13 --detach',
  'kiln plan debian-13',
  'kiln plan debian-13 --memory 4GiB --json',
  'kiln plan debian-13 --xml',
  'kiln builds list',
  'kiln builds logs 3f2a --follow',
  'kiln builds show 3f2a',
  'kiln builds attach 3f2a',
  'kiln builds console 3f2a',
  'kiln builds screenshot 3f2a -o screen.png',
  'kiln builds report 3f2a --output report.tar.gz',
  'kiln builds clean --dry-run',
  'kiln builds serve --port 8010 --no-open',
  'kiln builds stop 3f2a',
  'kiln builds resume 3f2a',
  'kiln builds clean 3f2a',
  'kiln builds clean --all',
  'kiln builds logs 3f2a --boot-check',
  'kiln media inspect ./Fedora-Server-netinst-x86_64-43.iso',
  'kiln media inspect https://example.org/almalinux/10/BaseOS/x86_64/os/ --json',
  'kiln media fetch https://example.org/x.iso --checksums https://example.org/SHA256SUMS --keyring ./keys.gpg',
  'kiln media bootstrap ./debian-13-netinst.iso -o debian-13-boot.iso',
  'kiln media cache prune --max-size 20GiB',
  'kiln media cache ls',
  'kiln media cache verify --json',
  'kiln os list',
  'kiln os list kickstart x86-64-v3',
  'kiln os show ubuntu24.04',
  'kiln completion bash > ~/.local/share/bash-completion/completions/kiln',
  'kiln completion zsh > ~/.zfunc/_kiln',
  'kiln completion fish > ~/.config/fish/completions/kiln.fish',
  'kiln lint server.ks --os fedora42',
  'kiln lint debian-13 --json',
  'kiln lint --fix ./preseed.cfg',
  'kiln publish check --cloud mycloud',
  'kiln publish check builds/debian-13-3f2a --cloud mycloud --service image --service block-storage',
  'kiln publish glance builds/debian-13-3f2a --cloud mycloud --visibility shared --member 7c1d',
  'kiln publish glance debian-13.qcow2 --cloud mycloud --replace delete --keep-older 2',
  'kiln publish serve /srv/images',
  'kiln publish serve /srv/images --listen 192.0.2.7:80',
  'kiln publish cinder builds/debian-13-3f2a --cloud mycloud --snapshot',
  'kiln publish ironic builds/debian-13-3f2a --cloud mycloud --node rack1-u7 --deploy',
  'kiln publish http builds/debian-13-3f2a --to /srv/images',
  'kiln publish undeploy rack1-u7 --cloud mycloud',
  'kiln ipxe iso -o boot.iso --chain http://boot.example/menu.ipxe',
  'kiln ipxe iso -o boot.iso --chain boot.example/menu.ipxe --address 192.0.2.10/24 --gateway 192.0.2.1 --dns 192.0.2.53',
  'kiln ipxe iso -o own.iso --script boot.ipxe',
  'kiln ipxe check boot.ipxe',
  'kiln ipxe check boot.ipxe --static',
  'kiln ipxe menu export menus/ --url http://boot.example',
  'kiln ipxe menu export menus/ --url http://boot.example --sign-key key.pem --sign-cert cert.pem',
  'kiln ipxe menu verify menus/ --ca ca.pem',
  'kiln ipxe serve',
  'kiln ipxe serve --listen 192.0.2.7 --port 8080 --token',
  'kiln doctor',
  'kiln doctor --connect qemu:///system --json',
];

/** What `--help` of a command, given as `kiln builds list`, adds below its options. */
export function helpEnd(fullName: string): string {
  const own = EXAMPLES.filter((line) => `${line} `.startsWith(`${fullName} `));
  const lines = fullName === 'kiln' ? firstOfEach(own) : own;
  const words = fullName === 'kiln build' ? machineWords() : '';
  return `${words}\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}${EXIT_CODE_HELP}`;
}

/** The first example of each command, for a list that would be too long. */
function firstOfEach(lines: readonly string[]): string[] {
  const firsts = new Map(lines.map((line) => [line.split(' ')[1], line] as const).reverse());
  return [...firsts.values()].reverse();
}

const WIDTH = 96;

/** The vocabulary of a line without a target, which has a page of its own. */
function machineWords(): string {
  const names = COMMAND_OPTIONS.filter(({ name }) => !(name in REFUSED)).map(({ name, short }) =>
    short === undefined ? `--${name}` : `-${short}/--${name}`,
  );
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 1 > WIDTH) lines.push(name);
    else lines[lines.length - 1] = `${last} ${name}`;
  }
  return (
    "\nWithout a target, in virt-install's words (docs/virt-install.md; --disk=? lists the sub-options of --disk, --osinfo list the systems):\n" +
    lines.map((line) => `  ${line}\n`).join('')
  );
}
