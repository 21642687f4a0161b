import { DiskError, HostError, InstallError, KilnError } from '../foundation/errors.ts';

/** What QEMU says of an image that another process writes to, and which it is (block/file-posix.c). */
const LOCKED = /Failed to get .*lock/;
const WHICH = /using the image \[(.+?)\]\?/;

/** libvirt does not know the model or feature (cpu_x86.c), or this QEMU has not got it (qemu_process.c). */
const CPU = /\bCPU (?:model|feature)\b/i;
const CPU_REMEDY = 'Name another with --cpu, or leave that out; `virsh domcapabilities` lists what there is.';

const FULL = /No space left on device|Disk quota exceeded/;

/** The private daemon's (daemonFiles). */
const OWN_SOCKET = /[?&]socket=(.+)\/libvirt-sock$/;

/**
 * Why libvirt could not start a domain: with its remedy where that is known, else in libvirt's words.
 * @param cause given back where it says all already, as of a libvirt that is lost
 */
export function startFailure(
  domain: { readonly name: string; readonly uri: string },
  cause: Error,
): KilnError {
  if (cause instanceof KilnError) return cause;
  const { name } = domain;
  const { message } = cause;
  const details = { domain: name };
  if (LOCKED.test(message)) {
    const path = WHICH.exec(message)?.[1];
    const what = path ?? `A disk of ${name}, or what it is an overlay of,`;
    const text = `${what} is in use by another process (QEMU holds a lock on it); stop that guest first.`;
    return new DiskError('disk.locked', text, { details: { ...details, ...(path && { path }) }, cause });
  }
  const text = `libvirt could not start the domain ${name}: ${message}`;
  if (FULL.test(message))
    return new HostError('host.no-space', `${text}. ${roomFor(domain.uri)}`, { details, cause });
  const remedy = CPU.test(message) ? `. ${CPU_REMEDY}` : '';
  return new InstallError('install.start-failed', `${text}${remedy}`, { details, cause });
}

/** In the private daemon's mount namespace its folder has the names of the host's. */
function roomFor(uri: string): string {
  const folder = OWN_SOCKET.exec(uri)?.[1];
  if (folder === undefined) return 'Make room there.';
  return `Make room there; what is below /etc/libvirt, /run/libvirt and /var/lib/libvirt/qemu Kiln's own libvirtd keeps in ${folder} (KILN_RUNTIME_DIR names another place).`;
}
