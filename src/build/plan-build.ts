import { existsSync } from 'node:fs';
import { silentLogger } from '../foundation/logger.ts';
import { publicFrom } from '../foundation/public-url.ts';
import { knownArguments } from '../media/added-arguments.ts';
import { type ForeseenChoice, foreseeChoice } from '../media/foresee-choice.ts';
import { isNetworkTree, type MediaFacts, type MediaSource } from '../media/install-media.ts';
import { isLocalFolder } from '../media/require-local-media.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { DomainBoot } from '../vm/domain-input.ts';
import { domainXml } from '../vm/domain-xml.ts';
import type { BuildContext, BuildRequest } from './build-context.ts';
import { type BuildDirectory, buildDirectory } from './build-directory.ts';
import { outputDirectory } from './claim-build.ts';
import { decidePlan } from './decide-plan.ts';
import { foreseeDisk } from './grow-disk.ts';
import { refuseSmallerDisk } from './import-disk.ts';
import { type FinalDomainOptions, finalDomain, installDomain } from './install-domain.ts';
import { kernelSecretsNote } from './kernel-secrets-note.ts';
import { otherSystemNote } from './other-system-note.ts';
import { argumentsWith } from './receive-syslog.ts';
import type { BuildScript } from './render-for-build.ts';
import { unusedOptionsNote } from './unused-options.ts';

export type PlannedBuild = {
  readonly plan: BuildPlan;
  /**
   * Of the domain that is started first: the install's, or for an imported image the one that boots it. Paths that only the build
   * itself will know stand as `<…>`.
   */
  readonly xml: string;
  readonly finalXml: string;
  /** Whether the plan's kernel arguments are all: what the media add is among them. */
  readonly isWholeLine: boolean;
  /** What a build would say of the media and of kernel arguments. */
  readonly notices: readonly string[];
  /** Of several media; absent where there is one. */
  readonly choice?: ForeseenChoice;
  /** What was put into the install script, as a diff, and what its lint says besides; undefined without a script. */
  readonly script: Pick<BuildScript, 'diff' | 'findings'> | undefined;
};

/** What `build` would do with the same request. Looks at the host, but fetches, creates and starts nothing. */
export async function planBuild(request: BuildRequest, context: BuildContext): Promise<PlannedBuild> {
  const signal = context.signal ?? new AbortController().signal;
  const logger = context.logger ?? silentLogger;
  const {
    plan: decided,
    facts: known,
    host,
    script,
  } = await decidePlan(request, context, { signal, logger });
  const choice = await foreseeChoice(decided.media, {
    cacheDir: context.places.cache,
    arch: decided.arch,
    offline: request.offline === true,
  });
  const [first, second] = decided.media;
  const medium = choice?.taken ?? (second === undefined ? first : undefined);
  const facts = choice?.facts ?? known;
  const added = medium && mediaArguments(medium, decided.loader, facts);
  const plan =
    added === undefined
      ? decided
      : { ...decided, kernelArguments: argumentsWith(added, decided.kernelArguments) };
  await checkImport(plan, signal);
  const root = await outputDirectory(request, context.cwd, plan, '<id>');
  const { sizeBytes } = plan.disk;
  if (sizeBytes !== undefined) await foreseeDisk(buildDirectory(root, '<id>').disk, sizeBytes);
  const options = {
    buildId: '<id>',
    plan,
    host,
    uri: plannedUri(request, context, host.isRoot),
    directory: buildDirectory(root, '<id>'),
    media: await plannedDisc(medium ?? first),
  };
  return {
    plan,
    ...plannedXml(options),
    isWholeLine: added !== undefined,
    notices: noticesOf(plan, medium, facts),
    ...(choice === undefined ? {} : { choice }),
    script: script && { diff: script.diff, findings: script.findings },
  };
}

function noticesOf(
  plan: BuildPlan,
  medium: MediaSource | undefined,
  facts: MediaFacts | undefined,
): readonly string[] {
  return [
    facts && otherSystemNote(plan.os, facts),
    kernelSecretsNote(plan.kernelArguments),
    medium && unusedOptionsNote(plan, plan.kernelArguments, medium.from),
  ].filter((note) => note !== undefined);
}

/** What the medium adds to the kernel's command line; undefined where that shows only once it is here. */
function mediaArguments(
  medium: MediaSource,
  loader: BuildPlan['loader'],
  facts: MediaFacts | undefined,
): readonly string[] | undefined {
  const known = knownArguments(medium, loader);
  // iPXE gives an installer the packages of its medium over HTTP.
  return known ?? (medium.kind === 'location' && loader === undefined ? facts?.kernelArguments : undefined);
}

/** An image that is here can be looked at before it is copied. */
async function checkImport({ media, disk }: BuildPlan, signal: AbortSignal): Promise<void> {
  const [first] = media;
  if (first?.kind !== 'import' || !existsSync(first.from)) return;
  await refuseSmallerDisk(first.from, disk.sizeBytes, signal);
}

function plannedXml(
  options: FinalDomainOptions & { readonly media: string | undefined },
): Pick<PlannedBuild, 'xml' | 'finalXml'> {
  const { plan, directory, media } = options;
  if (plan.media[0]?.kind === 'import' && plan.script === undefined) {
    const xml = domainXml(finalDomain(options));
    return { xml, finalXml: xml };
  }
  const boot = plannedBoot(plan, directory);
  const metadataSocket = plan.script?.inject === 'metadata' ? '<socket>' : undefined;
  const { installXml, finalXml } = installDomain({
    ...options,
    boot,
    metadataSocket,
    cdroms: plannedCdroms(plan, media, directory),
  });
  return { xml: installXml, finalXml };
}

/** The URI the build would try first; it decides about the security label alone. */
function plannedUri(request: BuildRequest, { env }: BuildContext, isRoot: boolean): string {
  return request.connect ?? env.LIBVIRT_DEFAULT_URI ?? (isRoot ? 'qemu:///system' : 'qemu:///session');
}

function plannedBoot(plan: BuildPlan, directory: BuildDirectory): DomainBoot {
  if (plan.media[0]?.kind === 'import') return { kind: 'disk' };
  if (plan.media[0]?.kind !== 'location' || plan.loader === 'ipxe') return { kind: 'cdrom' };
  const injected = plan.script?.inject === 'initrd';
  return {
    kind: 'direct',
    kernel: '<kernel of the media>',
    initrd: injected ? directory.initrd : '<initrd of the media>',
    commandLine: plan.kernelArguments.join(' '),
  };
}

/** The first media as a CD-ROM; a tree that is no ISO is none. */
async function plannedDisc(source: MediaSource | undefined): Promise<string | undefined> {
  if (source === undefined || source.kind === 'import' || isNetworkTree(source)) return undefined;
  return (await isLocalFolder(source)) ? undefined : `<media: ${publicFrom(source.from)}>`;
}

function plannedCdroms(
  { script, loader }: BuildPlan,
  media: string | undefined,
  directory: BuildDirectory,
): string[] {
  if (loader === 'ipxe') return [directory.ipxeIso];
  return [
    ...(media === undefined ? [] : [media]),
    ...(script?.inject === 'seed-iso' || script?.inject === 'config-drive' ? [directory.seed] : []),
  ];
}
