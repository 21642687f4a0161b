import { HostError } from '../foundation/errors.ts';
import type { ChosenLibvirt } from './choose-uri.ts';

/**
 * libvirt's other drivers, its test driver above all, take a QEMU domain and run nothing.
 * @throws HostError `host.libvirt-driver`, after the connection is closed
 */
export async function requireQemu(libvirt: ChosenLibvirt): Promise<ChosenLibvirt> {
  const { uri } = libvirt.connection;
  if (/^qemu[+:]/.test(uri)) return libvirt;
  await libvirt.close();
  throw new HostError(
    'host.libvirt-driver',
    `${uri} is not libvirt's QEMU driver; name one that begins with qemu.`,
  );
}
