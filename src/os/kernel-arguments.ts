import { assertNever } from '../foundation/assert-never.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import type { KernelDialect, OperatingSystem } from './operating-system.ts';
import { type InjectedScript, scriptArguments } from './script-arguments.ts';

/** The serial port every guest has; its console is what Kiln reads. */
const SERIAL = 'console=ttyS0,115200n8';

/** How the installer of a kind of script wants its arguments, when the operating system is not known. */
export function dialectOfScript(kind: InstallScriptKind): KernelDialect {
  switch (kind) {
    case 'preseed':
      return 'debian-installer';
    case 'kickstart':
      return 'dracut';
    case 'autoinstall':
    case 'user-script':
      return 'casper';
    case 'autoyast':
      return 'linuxrc';
    default:
      return assertNever(kind);
  }
}

/** Of the installer that reads this kind of script, else of the usual one. */
export function dialectOf(
  { installers }: OperatingSystem,
  kind: InstallScriptKind | undefined,
): KernelDialect | undefined {
  const reader = installers.find(({ scriptKinds }) => kind !== undefined && scriptKinds.includes(kind));
  return (reader ?? installers[0])?.dialect;
}

/**
 * What the installer's kernel gets on its command line so that it runs through the serial console and asks nothing.
 *
 * debian-installer: `text` prints plain lines where the default draws boxes, TERM=dumb keeps GNU screen off the console; a
 * `/preseed.cfg` in the initrd is found without being named (Debian installation guide, B.2). dracut: Anaconda's boot-options.rst; without
 * tmux the console stays plain, its logs and a copy of the script stay out of the image, and where dracut cannot go on it powers off
 * instead of offering a shell. Old Anaconda: the same words without prefix (anaconda's docs/command-line.txt of that time). linuxrc: no
 * update of itself from the network.
 */
export function installerArguments(
  dialect: KernelDialect,
  script: InjectedScript | undefined,
): readonly string[] {
  return [...scriptArguments(dialect, script), ...consoleArguments(dialect)];
}

function consoleArguments(dialect: KernelDialect): readonly string[] {
  switch (dialect) {
    case 'debian-installer':
    case 'kickseed':
      return ['DEBIAN_FRONTEND=text', 'TERM=dumb', SERIAL, 'priority=critical'];
    case 'dracut':
      return [
        'inst.text',
        'inst.cmdline',
        'inst.notmux',
        'inst.nosave=all',
        'rd.shell=0',
        'rd.emergency=poweroff',
        SERIAL,
      ];
    case 'anaconda-old':
      return ['text', 'cmdline', SERIAL];
    case 'casper':
      return [SERIAL];
    case 'linuxrc':
      return ['textmode=1', 'self_update=0', SERIAL];
    case 'test-installer':
      return [SERIAL, 'quiet'];
    default:
      return assertNever(dialect);
  }
}

/**
 * What the installer's kernel gets besides under emulation. `no_timer_check`: on a busy host timer interrupts come too late for the
 * kernel's test of them, and it dies with "IO-APIC + timer doesn't work"; libguestfs boots its guests with the same word
 * (appliance-kcmdline.c). `norandmaps` (kernel-parameters.txt): a program lies at the same addresses each time it is started. QEMU knows
 * what it has translated by its address in the guest, so it would translate the shell and its libraries anew for each process of an
 * installer, which starts thousands (docs/performance.md). Neither must reach the installed system: debian-installer and subiquity copy
 * what stands behind `---`, Anaconda a list of words, but YaST all it does not know.
 */
export function emulationArguments(dialect: KernelDialect | undefined): readonly string[] {
  return dialect === undefined || dialect === 'linuxrc' ? [] : ['no_timer_check', 'norandmaps'];
}

/** Arguments that may stand more than once with different values. */
const REPEATABLE = new Set(['console', 'earlycon', 'modprobe.blacklist', 'inst.repo']);

function keyOf(argument: string): string {
  const name = argument.split('=', 1)[0] ?? argument;
  // Two consoles differ by their device: console=ttyS0,9600 replaces console=ttyS0,115200n8 and leaves console=tty0 alone.
  return REPEATABLE.has(name) ? (argument.split(',', 1)[0] ?? argument) : name;
}

/** Kiln's arguments, then the user's; where both name the same thing, the user's stays. */
export function joinArguments(ours: readonly string[], users: readonly string[]): readonly string[] {
  const named = new Set(users.map(keyOf));
  return [...ours.filter((argument) => !named.has(keyOf(argument))), ...users];
}
