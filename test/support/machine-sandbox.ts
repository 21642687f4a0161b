import type { MachineResult } from '../../src/build/build-events.ts';
import { machineRequestOf } from '../../src/build/machine/machine-request-of.ts';
import { buildMachine } from '../../src/build/machine/run-machine.ts';
import { withUnattendedScript } from '../../src/build/machine/unattended.ts';
import type { KilnError } from '../../src/foundation/errors.ts';
import { type ChosenLibvirt, chooseLibvirt } from '../../src/libvirt/choose-uri.ts';
import { parseVirtInstall } from '../../src/virt-install/parse-command-line.ts';
import { type BuildSandbox, buildSandbox } from './build-sandbox.ts';

/** A sandbox for builds in virt-install's words, with the private daemon they use kept open to look at. */
export type MachineSandbox = {
  readonly sandbox: BuildSandbox;
  readonly libvirt: ChosenLibvirt;
  /** What stands behind `virt-install` on a command line, and behind `kiln build`. */
  machine(...words: string[]): Promise<MachineResult>;
  /** The same with nothing put before the words. */
  line(...words: string[]): Promise<MachineResult>;
  /** Builds, expecting a failure. */
  failure(...words: string[]): Promise<KilnError>;
  domain(
    name: string,
  ): Promise<{ readonly uuid: string; readonly xml: string; readonly state: string | undefined }>;
  remove(): Promise<void>;
};

/** The smallest kickstart file that installs by itself. */
export const plainKickstart = (ending: 'reboot' | 'poweroff'): string => `lang en_US.UTF-8
keyboard us
timezone UTC
rootpw --lock
network --bootproto=dhcp --hostname=vm
clearpart --all --initlabel
autopart
${ending}
`;

const COMMON = ['--memory', '512', '--vcpus', '1', '--osinfo', 'debian11', '--graphics', 'none'];

export async function machineSandbox(): Promise<MachineSandbox> {
  const sandbox = buildSandbox();
  const runtimeDir = sandbox.context.places.runtime;
  const libvirt = await chooseLibvirt({ env: {}, runtimeDir, forcePrivate: true });
  const { connection } = libvirt;
  const line: MachineSandbox['line'] = async (...words) => {
    const command = parseVirtInstall(words);
    if (command.kind !== 'run') throw new Error(`these words ask for ${command.kind}`);
    const { context } = sandbox;
    const options = await withUnattendedScript(command.options, context);
    return buildMachine(machineRequestOf(options, context), context);
  };
  const machine: MachineSandbox['machine'] = (...words) => line(...COMMON, ...words);
  return {
    sandbox,
    libvirt,
    machine,
    line,
    failure: (...words) =>
      machine(...words).then(
        () => {
          throw new Error('the build succeeded');
        },
        (error: KilnError) => error,
      ),
    async domain(name) {
      const ref = await connection.lookupByName(name);
      if (ref === undefined) throw new Error(`there is no domain ${name}`);
      const xml = await connection.getXml(ref.uuid, { inactive: true });
      return { uuid: ref.uuid, xml, state: (await connection.getState(ref.uuid))?.state };
    },
    async remove() {
      for (const { uuid } of await connection.listDomains('active')) await connection.destroy(uuid);
      await libvirt.close();
      sandbox.remove();
    },
  };
}
