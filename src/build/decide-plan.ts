import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { specErrorOf } from '../foundation/errors.ts';
import type { Logger } from '../foundation/logger.ts';
import { readCpuMap } from '../host/cpu-map.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { probeHost } from '../host/probe-host.ts';
import { askedPackages } from '../install-script/asked-packages.ts';
import { requireHandedOver } from '../ipxe/install-script.ts';
import { isRemoteUri } from '../libvirt/libvirt-uri.ts';
import type { MediaFacts } from '../media/install-media.ts';
import { withPackages } from '../media/made-media.ts';
import { findOs } from '../os/find-os.ts';
import { requireReadWhole } from '../os/kernel-line.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { resolvePlan } from '../plan/resolve-plan.ts';
import { unknownCpuNames } from '../plan/unknown-cpu-names.ts';
import type { BuildSpec } from '../spec/build-spec.ts';
import { readSpec, type SpecReading } from '../spec/resolve-spec.ts';
import type { BuildContext, BuildRequest } from './build-context.ts';
import { lookAtNamed } from './look-at-named.ts';
import { refuseTargets } from './publish-check.ts';
import { type BuildScript, renderForBuild } from './render-for-build.ts';
import { requireSound } from './require-sound.ts';

export type Decision = {
  readonly host: HostFacts;
  readonly plan: BuildPlan;
  /** The install script, ready for the installer; undefined when the media bring their own. */
  readonly script: BuildScript | undefined;
  /** What the script prints and writes as its last act, besides the marker's fixed words. */
  readonly markerToken: string;
};

export type Decided = Decision & {
  /** What one medium of this machine told; undefined where media are to be fetched, made or chosen. */
  readonly facts: MediaFacts | undefined;
};

/**
 * What is asked for, what this host has, the plan made of both, and the install script checked and rendered: all that can be
 * wrong before media are fetched. Creates nothing but cached probe results.
 */
export async function decidePlan(
  request: BuildRequest,
  context: BuildContext,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<Decided> {
  const reading = await readingOf(request, context);
  const { spec: asked } = reading;
  const sound = { cwd: context.cwd, env: context.env, edit: request.edit !== false };
  // Of a script for a system that only the media may tell, not all can be said yet.
  if (asked.os !== undefined || reading.problems.length > 0) await requireSound(reading, sound);
  const facts = await lookAtNamed(reading);
  const known =
    asked.os === undefined && isKnownOs(facts)
      ? await readingOf(withOs(request, facts.osId), context)
      : reading;
  if (asked.os === undefined) await requireSound(known, sound);
  const { spec } = known;
  const host = await probeHost({ cacheDir: context.places.cache, signal, logger });
  const plan = resolvePlan(spec, host, { is32Bit: is32Bit(spec, facts) });
  await refuseUnknownCpu(known, plan, request, context);
  requireReadWhole(plan.kernelArguments);
  if (plan.loader === 'ipxe') requireHandedOver(plan.kernelArguments);
  refuseTargets(plan);
  const markerToken = randomBytes(8).toString('hex');
  const script = await renderForBuild({
    plan,
    markerToken,
    env: context.env,
    edit: request.edit !== false,
    signal,
  });
  return { host, plan: withItsPackages(plan, script), facts, script, markerToken };
}

/** An ISO that Kiln makes for a script has what the script installs. */
function withItsPackages(plan: BuildPlan, script: BuildScript | undefined): BuildPlan {
  if (script === undefined || plan.script === undefined) return plan;
  const asked = askedPackages(script.text, plan.script.kind, plan.variables);
  return { ...plan, media: plan.media.map((one) => ({ ...one, from: withPackages(one.from, asked) })) };
}

const readingOf = (request: BuildRequest, context: BuildContext): Promise<SpecReading> =>
  readSpec({
    ...(request.target === undefined ? {} : { target: request.target }),
    overrides: request.overrides ?? {},
    cwd: context.cwd,
    templateDir: join(context.projectDir, 'vm-templates'),
  });

/** Of media that are not here their address may tell: `…/installer-i386/`. */
function is32Bit({ media }: BuildSpec, facts: MediaFacts | undefined): boolean {
  if (facts?.arch !== undefined) return /^i[3-6]86$/.test(facts.arch);
  return media.every(({ from }) => /(?<![a-z\d])i[3-6]86(?![a-z\d])/i.test(from));
}

/** @throws SpecError `spec.invalid` for a model or feature that the libvirt of this machine does not know */
async function refuseUnknownCpu(
  { spec, locate, subject }: SpecReading,
  plan: BuildPlan,
  { connect }: BuildRequest,
  { env }: BuildContext,
): Promise<void> {
  if (spec.cpu === undefined || isRemoteUri(connect ?? env.LIBVIRT_DEFAULT_URI ?? '')) return;
  const map = await readCpuMap();
  if (map === undefined) return;
  const cpu = { model: plan.cpu.model, features: spec.cpu.features.map((word) => word.slice(1)) };
  const problems = unknownCpuNames(cpu, map, locate(['cpu', 'model']) ?? locate(['cpu']) ?? 'cpu');
  if (problems.length > 0) throw specErrorOf(subject, problems);
}

/** The media told a system that the table has. */
export const isKnownOs = (facts: MediaFacts | undefined): facts is MediaFacts & { readonly osId: string } =>
  facts?.osId !== undefined && findOs(facts.osId) !== undefined;

/** As if it had been named with `--os`: CPU quirks, sizes, kernel arguments and the rules for the script follow from it. */
export const withOs = (request: BuildRequest, os: string): BuildRequest => ({
  ...request,
  overrides: { ...request.overrides, os },
});
