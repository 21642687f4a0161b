import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from '../foundation/logger.ts';
import type { HostFacts } from '../host/host-facts.ts';
import { probeHost } from '../host/probe-host.ts';
import { requireHandedOver } from '../ipxe/install-script.ts';
import { requireReadWhole } from '../os/kernel-line.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { resolvePlan } from '../plan/resolve-plan.ts';
import { resolveSpec } from '../spec/resolve-spec.ts';
import type { BuildContext, BuildRequest } from './build-context.ts';
import { refuseTargets } from './publish-check.ts';
import { type BuildScript, renderForBuild } from './render-for-build.ts';

export type Decision = {
  readonly host: HostFacts;
  readonly plan: BuildPlan;
  /** The install script, ready for the installer; undefined when the media bring their own. */
  readonly script: BuildScript | undefined;
  /** What the script prints and writes as its last act, besides the marker's fixed words. */
  readonly markerToken: string;
};

/**
 * What is asked for, what this host has, the plan made of both, and the install script checked and rendered: all that can be
 * wrong before media are fetched. Creates nothing but cached probe results.
 */
export async function decidePlan(
  request: BuildRequest,
  context: BuildContext,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<Decision> {
  const spec = await resolveSpec({
    ...(request.target === undefined ? {} : { target: request.target }),
    overrides: request.overrides ?? {},
    cwd: context.cwd,
    templateDir: join(context.projectDir, 'vm-templates'),
  });
  const host = await probeHost({ cacheDir: context.places.cache, signal, logger });
  const plan = resolvePlan(spec, host);
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
  return { host, plan, script, markerToken };
}
