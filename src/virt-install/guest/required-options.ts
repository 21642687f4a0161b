import type { XmlNode } from '../../foundation/xml-node.ts';
import type { InstallMethod } from '../install-method.ts';
import { hasDisks, hasMemory } from './build-guest.ts';
import { archOf, devicesOf, type Guest, read } from './guest.ts';
import { nameProblems } from './name-guest.ts';
import { amountOf } from './os-support.ts';

/** What a guest cannot do without, each with the choices there are. */
export function requireOptions(guest: Guest, method: InstallMethod): void {
  const add = (where: string, problem: string): unknown => guest.problems.push({ where, problem });
  const isWrong = (...options: string[]): boolean =>
    guest.problems.some(({ where }) => options.includes(where.split(' ')[0] ?? ''));
  // libosinfo's recommendation may stand for these, once the system is known.
  const isSystemKnown = guest.facts.os.fullId !== undefined || !isWrong('--osinfo', '--cdrom', '--location');
  if (!hasMemory(guest) && isSystemKnown)
    add('--memory', 'is missing: the amount in MiB, e.g. --memory 2048');
  if (!hasDisks(guest) && guest.storage.size === 0 && isSystemKnown && !isWrong('--disk')) {
    add('--disk', 'is missing: size=GiB for a new one, path=FILE for an existing one, or none');
  }
  if (method.kind === 'none' && !method.noInstall && !isWrong('--cdrom', '--location', '--boot')) {
    add(
      'install media',
      'are missing: one of --cdrom ISO, --location TREE, --pxe, --import, --boot hd|cdrom|network',
    );
  }
  if (
    guest.options.lists['initrd-inject'] !== undefined &&
    guest.facts.bootFiles === undefined &&
    !isWrong('--location')
  ) {
    add('--initrd-inject', 'needs --location or --install initrd=: the initrd is the one of the installer');
  }
  if (
    guest.options.lists['extra-args'] !== undefined &&
    guest.facts.bootFiles === undefined &&
    !isWrong('--location')
  ) {
    add(
      '--extra-args',
      'needs --location or --install kernel=: QEMU must load the kernel for them to reach it',
    );
  }
  requireFilePair(guest, method);
  if (method.tftp !== undefined) requirePxe(guest, method);
  else if (method.kind === 'pxe') warnOfPxe(guest);
  const name = read(guest.root, './name') ?? '';
  for (const problem of nameProblems(name)) add('--name', problem);
  warnOfMemory(guest);
}

function requireFilePair(guest: Guest, { location }: InstallMethod): void {
  if (location === undefined || (location.kernel === undefined) === (location.initrd === undefined)) return;
  const missing = location.kernel === undefined ? 'kernel' : 'initrd';
  const problem = 'is missing: an installer is a kernel and an initrd, kernel=PATH,initrd=PATH in the tree';
  guest.problems.push({ where: `--location ${missing}=`, problem });
}

const isUserMode = ({ attributes }: XmlNode): boolean => attributes.get('type') === 'user';

function warnOfPxe(guest: Guest): void {
  if (!devicesOf(guest, 'interface').every(isUserMode)) return;
  guest.warnings.push(
    'Nothing serves --pxe a boot program: name one with --network user --tftp FILE, or a network with a boot server.',
  );
}

function requirePxe(guest: Guest, { kind, noInstall }: InstallMethod): void {
  const add = (problem: string): unknown => guest.problems.push({ where: '--tftp', problem });
  if (kind !== 'pxe' || noInstall) add('needs --pxe: it is for the boot program of the network card');
  if (!devicesOf(guest, 'interface').some(isUserMode))
    add('needs --network user, whose server it is; other networks have their own boot server');
}

function warnOfMemory(guest: Guest): void {
  const mib = Number(read(guest.root, './currentMemory') ?? 0) / 1024;
  if (mib === 0) return;
  const { os } = guest.facts;
  const minimum = (amountOf(os.minimum, archOf(guest), 'ramBytes') ?? 0) / 2 ** 20;
  if (mib < minimum) {
    guest.warnings.push(
      `${mib} MiB of memory is less than the ${minimum} MiB that ${os.shortId} should have.`,
    );
  } else if (mib < 17) guest.warnings.push(`${mib} MiB of memory is very little. Was GiB meant?`);
}
