import { HostError } from '../foundation/errors.ts';
import type { GuestConsole } from '../libvirt/libvirt.ts';
import { isConsoleTaken, LibvirtError } from '../libvirt/libvirt-error.ts';
import type { OpenGuest } from './open-guest.ts';

const TAKEN =
  'it is open elsewhere (`kiln builds console`, `virsh console`, or typed into on a page), and takes keys from one at a time; leave it there first';

/**
 * A guest's serial console in both directions; the caller closes it.
 * @throws HostError `builds.no-console`
 */
export async function openConsole({ libvirt, domain, build }: OpenGuest): Promise<GuestConsole> {
  try {
    return await libvirt.connection.openConsole(domain.uuid);
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    const why = isConsoleTaken(error) ? TAKEN : error.message;
    throw new HostError(
      'builds.no-console',
      `The console of ${domain.name} cannot be opened: ${why}. \`kiln builds logs ${build.id} --follow\` shows what the guest says.`,
      { cause: error },
    );
  }
}
