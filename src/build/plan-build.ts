import { silentLogger } from '../foundation/logger.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainBoot } from '../vm/domain-input.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { BuildContext, BuildRequest } from './build-context.ts';
import { type BuildDirectory, buildDirectory } from './build-directory.ts';
import { outputDirectory } from './claim-build.ts';
import { decidePlan } from './decide-plan.ts';
import { type FinalDomainOptions, finalDomain, installDomain } from './install-domain.ts';

export type PlannedBuild = {
  readonly plan: BuildPlan;
  /**
   * Of the domain that is started first: the install's, or for an imported image the one that boots it. Paths that only the build
   * itself will know stand as `<…>`.
   */
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
  const options = {
    buildId: '<id>',
    plan,
    host,
    uri: plannedUri(request, context, host.isRoot),
    directory: buildDirectory(root, '<id>'),
  };
  return { plan, ...plannedXml(options) };
}

function plannedXml(options: FinalDomainOptions): Pick<PlannedBuild, 'xml' | 'finalXml'> {
  const { plan, directory } = options;
  if (plan.media[0]?.kind === 'import') {
    const xml = domainXml(finalDomain(options));
    return { xml, finalXml: xml };
  }
  const boot = plannedBoot(plan, directory);
  const { installXml, finalXml } = installDomain({
    ...options,
    boot,
    cdroms: plannedCdroms(plan, directory),
  });
  return { xml: installXml, finalXml };
}

/** The URI the build would try first; it decides about the security label alone. */
function plannedUri(request: BuildRequest, { env }: BuildContext, isRoot: boolean): string {
  return request.connect ?? env.LIBVIRT_DEFAULT_URI ?? (isRoot ? 'qemu:///system' : 'qemu:///session');
}

function plannedBoot(plan: BuildPlan, directory: BuildDirectory): DomainBoot {
  if (plan.media[0]?.kind !== 'location') return { kind: 'cdrom' };
  const injected = plan.script?.inject === 'initrd';
  return {
    kind: 'direct',
    kernel: '<kernel of the media>',
    initrd: injected ? directory.initrd : '<initrd of the media>',
    commandLine: plan.kernelArguments.join(' '),
  };
}

function plannedCdroms({ media, script }: BuildPlan, directory: BuildDirectory): string[] {
  const first = media.slice(0, 1).map(({ from }) => `<media: ${from}>`);
  return [...first, ...(script?.inject === 'seed-iso' ? [directory.seed] : [])];
}
