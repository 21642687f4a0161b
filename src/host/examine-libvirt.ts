import type { ChosenLibvirt, LibvirtChoice } from '../libvirt/choose-uri.ts';
import { requireQemu } from '../libvirt/require-qemu.ts';
import type { Finding } from './finding.ts';

export type LibvirtExamination = {
  readonly choose: (choice: LibvirtChoice) => Promise<ChosenLibvirt>;
  readonly choice: LibvirtChoice;
};

/**
 * Connects as a build would, asks its version, and lets go again.
 * @throws HostError as a build would
 */
export async function examineLibvirt({ choose, choice }: LibvirtExamination): Promise<readonly Finding[]> {
  const chosen = await requireQemu(await choose(choice));
  try {
    const version = await chosen.connection.libvirtVersion();
    const whose = chosen.privateDaemon ? ', a private daemon that Kiln starts and ends' : '';
    const what = `libvirt ${version} answers at ${chosen.connection.uri}${whose}.`;
    return [{ id: 'libvirt', status: 'ok', what }];
  } finally {
    await chosen.close();
  }
}
