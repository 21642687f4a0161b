/**
 * How an option takes its value. `flag`: none. `value`: one, the last counts. `list`: one each time it is given. `optional`: one, if the
 * next word is no option. `complex`: sub-options, described in a table of its own (all-options.ts).
 */
export type OptionShape = 'flag' | 'value' | 'list' | 'optional' | 'complex';

/** `once`: of options with sub-options that count once, the last. */
export type CommandOption = {
  readonly name: string;
  readonly shape: OptionShape;
  readonly short?: string;
  readonly alias?: readonly string[];
  /** For a complex option without a value: what it stands for. */
  readonly bare?: string;
  readonly once?: true;
  /** Belongs to Kiln, not to virt-install. */
  readonly kiln?: true;
};

const of = (shape: OptionShape, names: string): CommandOption[] =>
  names.split(' ').map((name) => ({ name, shape }));

const kiln = (shape: OptionShape, names: string): CommandOption[] =>
  of(shape, names).map((option) => ({ ...option, kiln: true }));

/** All words with a dash that `kiln build` without a target understands. */
export const COMMAND_OPTIONS: readonly CommandOption[] = [
  { name: 'name', shape: 'value', short: 'n' },
  { name: 'uuid', shape: 'value', short: 'u' },
  ...of(
    'value',
    'connect description virt-type arch machine autoconsole print-step reinstall test-media-detection',
  ),
  ...of('value', 'init os-type cpuset vncport vnclisten'),
  { name: 'ram', shape: 'value', short: 'r' },
  { name: 'cdrom', shape: 'value', short: 'c' },
  { name: 'keymap', shape: 'value', short: 'k' },
  { name: 'location', shape: 'complex', short: 'l', once: true },
  { name: 'install', shape: 'complex', once: true },
  { name: 'os-variant', shape: 'complex', alias: ['osinfo'], once: true },
  { name: 'cloud-init', shape: 'complex', bare: '', once: true },
  { name: 'unattended', shape: 'complex', bare: '', once: true },
  { name: 'check', shape: 'complex' },
  { name: 'tftp', shape: 'complex', once: true, kiln: true },
  { name: 'extra-args', shape: 'list', short: 'x' },
  { name: 'file', shape: 'list', short: 'f' },
  { name: 'file-size', shape: 'list', short: 's' },
  { name: 'bridge', shape: 'list', short: 'b' },
  { name: 'mac', shape: 'list', short: 'm' },
  ...of('list', 'initrd-inject xml'),
  ...of('optional', 'print-xml wait'),
  { name: 'network', shape: 'complex', short: 'w' },
  ...of(
    'complex',
    'memory vcpus cpu metadata boot idmap disk graphics controller input serial parallel channel',
  ),
  ...of(
    'complex',
    'console filesystem audio watchdog video smartcard redirdev memballoon tpm rng panic shmem',
  ),
  ...of(
    'complex',
    'memdev vsock iommu iothreads keywrap cputune numatune memtune blkiotune memorybacking features',
  ),
  ...of('complex', 'clock pm events resource sysinfo qemu-commandline'),
  { name: 'hostdev', shape: 'complex', alias: ['host-device'] },
  { name: 'sound', shape: 'complex', alias: ['soundhw'], bare: 'default' },
  { name: 'seclabel', shape: 'complex', alias: ['security'] },
  { name: 'launchSecurity', shape: 'complex', alias: ['launchsecurity'] },
  { name: 'hvm', shape: 'flag', short: 'v' },
  { name: 'paravirt', shape: 'flag', short: 'p' },
  { name: 'quiet', shape: 'flag', short: 'q' },
  { name: 'debug', shape: 'flag', short: 'd', alias: ['verbose'] },
  { name: 'help', shape: 'flag', short: 'h' },
  ...of(
    'flag',
    'version pxe import livecd nonsparse nodisks nonetworks vnc sdl nographics accelerate noapic noacpi',
  ),
  ...of(
    'flag',
    'container autostart transient destroy-on-exit noautoconsole noreboot dry-run prompt force check-cpu',
  ),
  ...of('flag', 'test-stub-command'),
  { name: 'output', shape: 'value', short: 'o', kiln: true },
  ...kiln('list', 'format var publish'),
  ...kiln(
    'value',
    'script inject timeout stall boot-check-limit media-checksum root-password-file root-password-env junit',
  ),
  ...kiln('optional', 'keep'),
  ...kiln('flag', 'pure no-capture no-boot-check offline json detach'),
];

/** What virt-install has and Kiln does not, with what to do instead. */
export const REFUSED: Readonly<Record<string, string>> = {
  reinstall: 'Kiln installs new guests only; describe the guest with the other options',
  container: 'Kiln builds images of full virtual machines; there is no installer in a container',
  paravirt: 'Kiln uses QEMU, which has no paravirtualised guests; leave it out',
  'test-media-detection': '`kiln media` says what lies on install media',
  'test-stub-command': "it belongs to virt-install's own tests",
  'check-cpu': 'libvirt checks the processor count itself; leave it out',
  prompt: 'Kiln never asks; leave it out',
  init: 'it starts a container, and Kiln builds images of full virtual machines',
};
