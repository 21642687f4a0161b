import { KilnError } from '../foundation/errors.ts';
import type { ChosenLibvirt, LibvirtChoice } from '../libvirt/choose-uri.ts';
import type { Finding } from './finding.ts';

export type LibvirtExamination = {
  readonly choose: (choice: LibvirtChoice) => Promise<ChosenLibvirt>;
  readonly choice: LibvirtChoice;
};

/** Connects as a build would, asks its version, and lets go again. */
export async function examineLibvirt({ choose, choice }: LibvirtExamination): Promise<readonly Finding[]> {
  try {
    const chosen = await choose(choice);
    try {
      const version = await chosen.connection.libvirtVersion();
      const whose = chosen.privateDaemon ? ', a private daemon that Kiln starts and ends' : '';
      return [
        {
          id: 'libvirt',
          status: 'ok',
          what: `libvirt ${version} answers at ${chosen.connection.uri}${whose}.`,
        },
      ];
    } finally {
      await chosen.close();
    }
  } catch (error) {
    if (!(error instanceof KilnError)) throw error;
    return [{ id: 'libvirt', status: 'fail', what: error.message }];
  }
}
