import { DiskError, InstallError, type KilnError } from '../foundation/errors.ts';

/** What QEMU says of an image that another process writes to, and which it is (block/file-posix.c). */
const LOCKED = /Failed to get .*lock/;
const WHICH = /using the image \[(.+?)\]\?/;

/** libvirt does not know the model or feature (cpu_x86.c), or this QEMU has not got it (qemu_process.c). */
const CPU = /\bCPU (?:model|feature)\b/i;
const CPU_REMEDY = 'Name another with --cpu, or leave that out; `virsh domcapabilities` lists what there is.';

/** Why libvirt could not start a domain: with its remedy where that is known, else in libvirt's words. */
export function startFailure(name: string, cause: Error): KilnError {
  const { message } = cause;
  const details = { domain: name };
  if (LOCKED.test(message)) {
    const path = WHICH.exec(message)?.[1];
    const what = path ?? `A disk of ${name}, or what it is an overlay of,`;
    const text = `${what} is in use by another process (QEMU holds a lock on it); stop that guest first.`;
    return new DiskError('disk.locked', text, { details: { ...details, ...(path && { path }) }, cause });
  }
  const text = `libvirt could not start the domain ${name}: ${message}`;
  const remedy = CPU.test(message) ? `. ${CPU_REMEDY}` : '';
  return new InstallError('install.start-failed', `${text}${remedy}`, { details, cause });
}
