import { randomUUID } from 'node:crypto';
import { type Problem, SpecError } from '../../foundation/errors.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { ScriptPlan } from '../../plan/build-plan.ts';
import { type ServedScript, serveScript } from '../serve-script.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import { machineFacts } from './machine-xml.ts';
import type { MachineGround } from './prepare-machine.ts';

/** What `--inject http` needs of a machine: a network on which the host is 10.0.2.2, and a Kiln that stays until the end. */
export function servingProblems(
  { life }: Pick<MachineRequest, 'life'>,
  { install, final }: Pick<MachineXml, 'install' | 'final'>,
  script: ScriptPlan | undefined,
  uri: string,
): Problem[] {
  if (script?.inject !== 'http') return [];
  const problems: Problem[] = [];
  if (isRemoteUri(uri)) {
    const problem = `http serves the script on this machine, which a guest of ${uri} does not reach; leave --inject out`;
    problems.push({ where: '--inject', problem });
  }
  if (!machineFacts(install ?? final).networks.includes('user')) {
    const problem =
      'http serves the script at 10.0.2.2, an address of user networking; add --network user, or leave --inject out';
    problems.push({ where: '--inject', problem });
  }
  if (life.wait !== undefined && life.wait >= 0) {
    const problem =
      'Kiln serves the script (--inject http), so it must stay to the end of the install; leave --wait out';
    problems.push({ where: '--wait', problem });
  }
  return problems;
}

/** Starts the server that the installer fetches its script from; undefined where it comes another way. */
export async function serveMachine(ground: MachineGround): Promise<ServedScript | undefined> {
  const { script, directory, machine } = ground;
  if (script?.plan.inject !== 'http') return undefined;
  const data = { userData: script.rendered.text, instanceId: randomUUID(), hostname: machine.name };
  return serveScript({ script: script.plan, data, accessLog: directory.httpLog });
}

export function metadataImpossible(): SpecError {
  return new SpecError(
    'script.no-injection',
    "The install script cannot reach the installer: metadata makes a network of its own for the guest, and machines in virt-install's words " +
      'have the network they name. Use --inject http, or build a template or a script.',
  );
}
