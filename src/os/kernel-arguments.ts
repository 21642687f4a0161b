import { assertNever } from '../foundation/assert-never.ts';
import type { InstallerFamily } from '../media/install-media.ts';
import type { InjectionMethod, InstallScriptKind } from '../spec/build-spec.ts';

/** The serial port every guest has; its console is what Kiln reads. */
const SERIAL = 'console=ttyS0,115200n8';

/** The installer a kind of script is written for, when the operating system is not known. */
export function familyOfScript(kind: InstallScriptKind): InstallerFamily {
  switch (kind) {
    case 'preseed':
      return 'debian-installer';
    case 'kickstart':
      return 'anaconda';
    case 'autoinstall':
      return 'subiquity';
    case 'autoyast':
      return 'autoyast';
    default:
      return assertNever(kind);
  }
}

/**
 * What the installer's kernel gets on its command line so that it runs through the serial console and asks nothing.
 *
 * debian-installer: `text` prints plain lines where the default draws boxes, TERM=dumb keeps GNU screen off the console; a
 * `/preseed.cfg` in the initrd is found without being named (Debian installation guide, B.2). Anaconda: boot-options.rst of
 * anaconda. Subiquity: without `autoinstall` it asks before it writes to the disk. AutoYaST: linuxrc's `autoyast=`.
 */
export function installerArguments(
  family: InstallerFamily,
  script: { readonly kind: InstallScriptKind; readonly inject: InjectionMethod } | undefined,
): readonly string[] {
  const inInitrd = script?.inject === 'initrd';
  switch (family) {
    case 'debian-installer':
      return ['DEBIAN_FRONTEND=text', 'TERM=dumb', SERIAL, 'priority=critical'];
    case 'anaconda':
      return [...(inInitrd ? ['inst.ks=file:/ks.cfg'] : []), 'inst.text', 'inst.cmdline', SERIAL];
    case 'subiquity':
      return [...(script ? ['autoinstall', 'ds=nocloud'] : []), SERIAL];
    case 'autoyast':
      return [...(inInitrd ? ['autoyast=file:///autoinst.xml'] : []), 'textmode=1', SERIAL];
    case 'test-installer':
      return [SERIAL, 'quiet'];
    case 'ipxe':
      return [];
    default:
      return assertNever(family);
  }
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
