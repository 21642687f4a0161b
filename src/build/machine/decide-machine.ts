import { randomBytes } from 'node:crypto';
import { SpecError, specErrorOf } from '../../foundation/errors.ts';
import type { Refusals } from '../../foundation/refusals.ts';
import type { HostFacts } from '../../host/host-facts.ts';
import { deviceNumber, mountPoints } from '../../host/mount-points.ts';
import { detectKind } from '../../install-script/detect-kind.ts';
import { readScript } from '../../install-script/read-script.ts';
import type { ChosenLibvirt } from '../../libvirt/choose-uri.ts';
import { isRemoteUri, isSessionUri } from '../../libvirt/libvirt-uri.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import type { BuildPlan, ScriptPlan } from '../../plan/build-plan.ts';
import { chooseInjection } from '../../plan/choose-injection.ts';
import { spaceProblems, useProblems } from '../../storage/check-storage.ts';
import type { BuildContext, BuildRun } from '../build-context.ts';
import { type BuildScript, renderForBuild } from '../render-for-build.ts';
import { hasSystemFolder, installArguments } from './boot-files.ts';
import { chainProblems } from './chain-problems.ts';
import { cpuLevelProblems, cpuProblems } from './cpu-problems.ts';
import { definitionProblems } from './definition-problems.ts';
import { diskNamedBy } from './disk-writes.ts';
import { driveProblems } from './drive-problems.ts';
import { machinePlan } from './machine-plan.ts';
import { connectionProblems, identityProblems, overlayProblems } from './machine-problems.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import { machineFacts } from './machine-xml.ts';
import { networkProblems } from './network-problems.ts';
import { metadataImpossible, servingProblems } from './serve-machine.ts';
import { localStorageHost } from './storage-host.ts';

export type MachineDecision = {
  readonly machine: MachineXml;
  readonly plan: BuildPlan;
  readonly script: { readonly plan: ScriptPlan; readonly rendered: BuildScript } | undefined;
  readonly markerToken: string;
  /** Disk that the script says it installs to: vdb. */
  readonly named: string | undefined;
  readonly owner: { readonly uid: number; readonly gid: number };
};

type Found = {
  readonly libvirt: ChosenLibvirt;
  readonly host: HostFacts;
  readonly media: ResolvedMedia | undefined;
  /** What is wrong with the request already. */
  readonly refusals: Refusals;
};

/**
 * All that can be decided before anything is created.
 * @throws SpecError `spec.invalid` with every problem of the machine, `script.*`
 */
export async function decideMachine(
  run: BuildRun,
  request: MachineRequest,
  { libvirt, host, media, refusals }: Found,
): Promise<MachineDecision> {
  const { connection } = libvirt;
  const { signal, context } = run;
  const location = media?.kind === 'location' ? media : undefined;
  const { text, scriptPlan } = await refusals.noted('--script', () => findScript(request), NO_SCRIPT);
  const isHelped = scriptPlan !== undefined || !request.life.pure;
  const argumentsFor = (isEmulated: boolean): readonly string[] =>
    installArguments(location, scriptPlan, request.extraArgs, isEmulated && isHelped);
  const bootsKernel = location !== undefined || request.media.kind === 'kernel';
  const boot = bootsKernel ? { argumentsFor } : undefined;
  await refusals.noted('--connect', () => refuseConnection(connection, request, host.isRoot), undefined);
  const machine = await request.describe({
    connection,
    privateDaemon: libvirt.privateDaemon,
    host,
    media,
    boot,
    refusals,
  });
  await refuseProblems(request, machine, libvirt, { context, scriptPlan, host, media });
  const markerToken = randomBytes(8).toString('hex');
  const named = text === undefined ? undefined : diskNamedBy(text);
  const kernelArguments = argumentsFor(machineFacts(machine.final).accelerator === 'tcg');
  const plan = machinePlan({ request, machine, host, media, script: scriptPlan, named, kernelArguments });
  const rendered = await renderForBuild({ plan, markerToken, env: context.env, edit: true, signal });
  const script = rendered && scriptPlan && { plan: scriptPlan, rendered };
  return { machine, plan, script, markerToken, named, owner: { uid: host.uid, gid: host.gid } };
}

/** Known before there is a machine to look at, so that it is told with what is wrong with that. */
function refuseConnection(
  connection: ChosenLibvirt['connection'],
  request: MachineRequest,
  isRoot: boolean,
): void {
  const problems = connectionProblems(connection, request, isRoot);
  if (problems.length > 0) throw specErrorOf('The machine', problems);
}

/** libvirt's system daemon runs QEMU as a user of its own, who may not enter this user's folders. */
export async function runsAsOtherUser({ connection, privateDaemon }: ChosenLibvirt): Promise<boolean> {
  const isElsewhere = isRemoteUri(connection.uri);
  return !isElsewhere && !privateDaemon && !isSessionUri(connection.uri) && (await hasSystemFolder());
}

type FoundScript = { readonly text: string | undefined; readonly scriptPlan: ScriptPlan | undefined };
const NO_SCRIPT: FoundScript = { text: undefined, scriptPlan: undefined };

async function findScript(request: MachineRequest): Promise<FoundScript> {
  const text = request.script && (await readScript(request.script.path));
  return { text, scriptPlan: planScript(request, text) };
}

function planScript({ script, media }: MachineRequest, text: string | undefined): ScriptPlan | undefined {
  if (script === undefined || text === undefined) return undefined;
  const kind = detectKind(text, script.path);
  const isDirect = media.kind === 'location' || media.kind === 'kernel';
  if (!isDirect && media.kind !== 'cdrom') {
    throw new SpecError(
      'script.no-injection',
      '--script needs an installer: name one with --cdrom or --location.',
    );
  }
  if (script.inject === 'metadata') throw metadataImpossible();
  const injection = chooseInjection({
    kind,
    media: isDirect ? 'location' : 'cdrom',
    wanted: script.inject,
    network: 'user',
  });
  return { path: script.path, kind, ...injection };
}

type Surroundings = Pick<Found, 'host' | 'media'> & {
  readonly context: BuildContext;
  readonly scriptPlan: ScriptPlan | undefined;
};

async function refuseProblems(
  request: MachineRequest,
  machine: MachineXml,
  { connection, privateDaemon }: ChosenLibvirt,
  { context, scriptPlan, host, media }: Surroundings,
): Promise<void> {
  const { checks } = request.life;
  const storage = localStorageHost(connection, context);
  const drives = { ...storage, mountPoints: async (path: string) => mountPoints(await deviceNumber(path)) };
  const problems = [
    ...servingProblems(request, machine, scriptPlan, connection.uri),
    ...(request.life.capture ? overlayProblems(connection, machine) : []),
    ...(await identityProblems(connection, machine, checks)),
    ...(await cpuProblems(connection.uri, machine.final)),
    ...cpuLevelProblems(connection.uri, machine.final, { host, media: media?.facts }),
    ...(await definitionProblems(connection, machine, request.originOf)),
    ...(await networkProblems({ connection, privateDaemon }, machine)),
    ...(await driveProblems(drives, machine, checks)),
    ...(await chainProblems(storage, machine, checks)),
    ...(await spaceProblems(storage, machine.disks, checks)),
    ...(checks.pathInUse ? await useProblems(storage, machine.disks, machine.readPools) : []),
  ];
  if (problems.length > 0) throw specErrorOf(`The machine ${machine.name}`, problems);
}
