import { silentLogger } from '../foundation/logger.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainBoot } from '../vm/domain-input.ts';
import type { BuildContext, BuildRequest } from './build-context.ts';
import { buildDirectory } from './build-directory.ts';
import { outputDirectory } from './claim-build.ts';
import { decidePlan } from './decide-plan.ts';
import { installDomain } from './install-domain.ts';

export type PlannedBuild = {
  readonly plan: BuildPlan;
  /** The install domain's XML; paths that only the build itself will know stand as `<…>`. */
  readonly xml: string;
  readonly finalXml: string;
};

/** What `build` would do with the same request. Looks at the host, but fetches, creates and starts nothing. */
export async function planBuild(request: BuildRequest, context: BuildContext): Promise<PlannedBuild> {
  const signal = context.signal ?? new AbortController().signal;
  const { plan, host } = await decidePlan(request, context, {
    signal,
    logger: context.logger ?? silentLogger,
  });
  const root = await outputDirectory(request, context.cwd, plan.name, '<id>');
  const domain = installDomain({
    buildId: '<id>',
    plan,
    host,
    uri: plannedUri(request, context, host.isRoot),
    directory: buildDirectory(root, '<id>'),
    boot: plannedBoot(plan, root),
    cdroms: plannedCdroms(plan, root),
  });
  return { plan, xml: domain.installXml, finalXml: domain.finalXml };
}

/** The URI the build would try first; it decides about the security label alone. */
function plannedUri(request: BuildRequest, { env }: BuildContext, isRoot: boolean): string {
  return request.connect ?? env.LIBVIRT_DEFAULT_URI ?? (isRoot ? 'qemu:///system' : 'qemu:///session');
}

const isLocation = (plan: BuildPlan): boolean => plan.media[0]?.kind === 'location';

function plannedBoot(plan: BuildPlan, root: string): DomainBoot {
  if (!isLocation(plan)) return { kind: plan.media[0]?.kind === 'import' ? 'disk' : 'cdrom' };
  const injected = plan.script?.inject === 'initrd';
  return {
    kind: 'direct',
    kernel: '<kernel of the media>',
    initrd: injected ? buildDirectory(root, '<id>').initrd : '<initrd of the media>',
    commandLine: plan.kernelArguments.join(' '),
  };
}

function plannedCdroms(plan: BuildPlan, root: string): string[] {
  const [first] = plan.media;
  const media = first === undefined || first.kind === 'import' ? [] : [`<media: ${first.from}>`];
  const seed = plan.script?.inject === 'seed-iso' ? [buildDirectory(root, '<id>').seed] : [];
  return [...media, ...seed];
}
