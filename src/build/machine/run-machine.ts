import { HostError } from '../../foundation/errors.ts';
import { Refusals } from '../../foundation/refusals.ts';
import { probeHost } from '../../host/probe-host.ts';
import { readSecret } from '../../install-script/read-secret.ts';
import type { ChosenLibvirt } from '../../libvirt/choose-uri.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { ResolvedMedia } from '../../media/install-media.ts';
import { targetName } from '../../publish/publish-target.ts';
import type { BuildContext, BuildRun } from '../build-context.ts';
import { buildDirectory } from '../build-directory.ts';
import type { MachineResult } from '../build-events.ts';
import { findOneOf, newRun, openLibvirt, reasonOf, withCacheInUse, withRun } from '../build-frame.ts';
import { noteSecrets } from '../build-secrets.ts';
import { claimBuild, outputDirectory } from '../claim-build.ts';
import { kernelSecretsNote } from '../kernel-secrets-note.ts';
import { checkTargets } from '../publish-check.ts';
import { publishResult } from '../publish-result.ts';
import { tidyUp } from '../tidy-up.ts';
import { planBootFiles } from './boot-files.ts';
import { decideMachine, runsAsOtherUser } from './decide-machine.ts';
import type { MachineRequest, MachineXml } from './machine-request.ts';
import { runMachineStages } from './machine-stages.ts';

/**
 * Builds a machine as virt-install does, and images of its disk unless the request says otherwise. The machine stays; should it not be
 * installed to the end, nothing of it does.
 */
export async function buildMachine(request: MachineRequest, context: BuildContext): Promise<MachineResult> {
  return withRun(request, context, async (run) => {
    await tidyUp(run);
    const libvirt = await openFor(run, request);
    try {
      return await withCacheInUse(run, () => withLibvirt(run, request, libvirt));
    } finally {
      await libvirt.close();
    }
  });
}

/**
 * All that a build of the machine would check, without creating anything (`--dry-run`).
 * @throws SpecError `spec.invalid`
 */
export async function checkMachine(request: MachineRequest, context: BuildContext): Promise<MachineXml> {
  const run = newRun(request, context);
  const libvirt = await openFor(run, request);
  try {
    return (await decide(run, request, libvirt)).machine;
  } finally {
    await libvirt.close();
  }
}

/** Of a libvirt that was named and is of no use is told with everything else that is wrong. */
async function openFor(run: BuildRun, { refuseLibvirt }: MachineRequest): Promise<ChosenLibvirt> {
  try {
    return await openLibvirt(run);
  } catch (error) {
    const isNamed = error instanceof HostError && /^host\.libvirt-(?:unreachable|driver)$/.test(error.code);
    if (!isNamed || refuseLibvirt === undefined) throw error;
    return refuseLibvirt(error);
  }
}

async function decide(run: BuildRun, request: MachineRequest, libvirt: ChosenLibvirt) {
  const { context, signal, logger } = run;
  const { cache } = context.places;
  const host = await run.reporter.run('plan', () => probeHost({ cacheDir: cache, signal, logger }));
  const refusals = new Refusals();
  const find = (): Promise<ResolvedMedia | undefined> => findMedia(run, request, libvirt);
  const media = await refusals.noted(`--${request.media.kind}`, find, undefined);
  const whole = new Refusals();
  const deciding = () => decideMachine(run, request, { libvirt, host, media, refusals });
  const decision = await whole.noted('The machine', deciding, undefined);
  for (const target of request.publish) {
    const about = { outputs: request.outputs, disk: decision?.plan.disk ?? {}, publish: [target] };
    await whole.noted(`--publish ${targetName(target)}`, () => checkTargets(about, run, () => {}), undefined);
  }
  const results = {
    name: decision?.plan.name ?? 'machine',
    outputs: request.life.capture ? request.outputs : [],
    media: [],
  };
  const folder = await whole.noted(
    '--output',
    () => outputDirectory(request, context.cwd, results, run.id),
    undefined,
  );
  if (decision === undefined || folder === undefined || whole.problems.length > 0)
    throw whole.errorWith('The command line');
  return { ...decision, host, media, folder };
}

async function withLibvirt(
  run: BuildRun,
  request: MachineRequest,
  libvirt: ChosenLibvirt,
): Promise<MachineResult> {
  const { reporter, context, clock, id } = run;
  const { host, media, folder, ...decision } = await decide(run, request, libvirt);
  const { plan, script } = decision;
  const { name, rootPassword } = plan;
  const passwords = rootPassword === undefined ? [] : [await readSecret(rootPassword, context.env)];
  const claimed = await claimBuild({ stateDir: context.places.state, id, name, directory: folder, clock });
  reporter.emit({ type: 'build-started', buildId: id, name, directory: folder });
  for (const warning of decision.machine.warnings) reporter.notice(warning);
  const secrets = kernelSecretsNote(request.extraArgs);
  if (secrets !== undefined) reporter.notice(secrets);
  let result: MachineResult;
  try {
    await noteSecrets(context.places.state, id, { plan, script: script?.rendered, passwords });
    const directory = buildDirectory(folder, id);
    const isShared = await runsAsOtherUser(libvirt);
    const bootFiles = planBootFiles(request.media, media, directory, { buildId: id, isShared });
    const isoPath = media?.kind === 'location' ? media.isoPath : undefined;
    const ground = { ...decision, run, request, libvirt, claimed, directory, bootFiles, isoPath };
    result = await runMachineStages({ ...ground, media, host });
  } catch (error) {
    await claimed.failed(reasonOf(error, run), reporter.seconds());
    throw error;
  }
  return publishResult(result, request.publish, run);
}

async function findMedia(
  run: BuildRun,
  { media }: MachineRequest,
  { connection }: ChosenLibvirt,
): Promise<ResolvedMedia | undefined> {
  if (media.kind !== 'cdrom' && media.kind !== 'location') {
    run.reporter.skip('media', 'none are named');
    return undefined;
  }
  if (media.kind === 'cdrom' && isRemoteUri(connection.uri)) {
    run.reporter.skip('media', 'the ISO lies on the host of the connection');
    return undefined;
  }
  return run.reporter.run('media', async (stage) => {
    const found = await findOneOf(run, [media], stage.progress);
    stage.note(found.source);
    return found;
  });
}
