import { readSecret, secretNote } from '../install-script/read-secret.ts';
import type { ResolvedMedia } from '../media/install-media.ts';
import type { BuildContext, BuildRequest, BuildRun } from './build-context.ts';
import type { BuildResult } from './build-events.ts';
import { findOneOf, openLibvirt, reasonOf, withCacheInUse, withRun } from './build-frame.ts';
import { noteSecrets } from './build-secrets.ts';
import { claimBuild, outputDirectory } from './claim-build.ts';
import { type Decision, decidePlan, isKnownOs, withOs } from './decide-plan.ts';
import { withFastKernel } from './emulated-boot.ts';
import { kernelSecretsNote } from './kernel-secrets-note.ts';
import { otherSystemNote } from './other-system-note.ts';
import { checkTargets } from './publish-check.ts';
import { publishResult } from './publish-result.ts';
import { runOwnedStages } from './run-owned-stages.ts';
import { tidyUp } from './tidy-up.ts';
import { guestCommandLine, unusedOptionsNote } from './unused-options.ts';

/**
 * Builds an image: from template or install script to a verified, booted, converted disk with its manifest.
 *
 * Ends with a result or throws a KilnError (docs/errors.md). Whatever happens, nothing Kiln created stays behind but results and logs,
 * unless `keep` says so; after a `kill -9` the next build does the cleaning.
 */
export async function build(request: BuildRequest, context: BuildContext): Promise<BuildResult> {
  return withRun(request, context, runStages);
}

async function runStages(run: BuildRun): Promise<BuildResult> {
  const { reporter, context, request } = run;
  await tidyUp(run);
  const { decision, directory } = await reporter.run('plan', async (stage) => {
    const decision = await decidePlan(request, context, run);
    const { plan } = decision;
    const directory = await outputDirectory(request, context.cwd, plan, run.id);
    // Last, since services are asked.
    await checkTargets(plan, run, stage.progress);
    return { decision, directory };
  });
  const { name, rootPassword, kernelArguments, publish = [] } = decision.plan;
  const secret = rootPassword === undefined ? undefined : await secretNote(rootPassword);
  const passwords = rootPassword === undefined ? [] : [await readSecret(rootPassword, context.env)];
  const claimed = await claimBuild({
    stateDir: context.places.state,
    id: run.id,
    name,
    directory,
    clock: run.clock,
  });
  reporter.emit({ type: 'build-started', buildId: run.id, name, directory });
  if (decision.plan.accelerator === 'tcg') {
    reporter.notice(`Guests are emulated, which is much slower than KVM: ${decision.plan.acceleratorWhy}`);
  }
  for (const note of [secret, kernelSecretsNote(kernelArguments)])
    if (note !== undefined) reporter.notice(note);
  const libvirt = openLibvirt(run);
  const goOn = async (): Promise<BuildResult> => {
    const media = await reporter.run('media', async (stage) => {
      const [found] = await Promise.all([findMedia(run, decision, stage.progress), libvirt]);
      stage.note(found.facts.family === 'ipxe' ? `${found.source}, an iPXE image` : found.source);
      return found;
    });
    const other = otherSystemNote(decision.plan.os, media.facts);
    if (other !== undefined) reporter.notice(other);
    const decided = await withRecognisedOs(run, decision, media);
    const unused = unusedOptionsNote(decided.plan, guestCommandLine(decided.plan, media), media.source);
    if (unused !== undefined) reporter.notice(unused);
    await noteSecrets(context.places.state, run.id, { ...decided, passwords });
    return runOwnedStages(run, { ...decided, media, libvirt: await libvirt, claimed, directory });
  };
  let result: BuildResult;
  try {
    result = await withCacheInUse(run, goOn);
  } catch (error) {
    await claimed.failed(reasonOf(error, run), reporter.seconds());
    throw error;
  } finally {
    await libvirt.then((opened) => opened.close()).catch(() => undefined);
  }
  return publishResult(result, publish, run);
}

/** Nobody said which system it is, but the media did: CPU quirks and kernel arguments follow from it. */
async function withRecognisedOs(run: BuildRun, decision: Decision, media: ResolvedMedia): Promise<Decision> {
  if (decision.plan.os !== undefined || !isKnownOs(media.facts)) return decision;
  return decidePlan(withOs(run.request, media.facts.osId), run.context, run);
}

async function findMedia(
  run: BuildRun,
  { plan }: Decision,
  progress: (detail: string, percent?: number) => void,
): Promise<ResolvedMedia> {
  const { context, signal, logger } = run;
  const media = await findOneOf(run, plan.media, progress);
  return withFastKernel(media, plan, { cacheDir: context.places.cache, signal, logger });
}
