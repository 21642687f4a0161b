import { readFile } from 'node:fs/promises';
import type { Artifact } from '../artifact/artifact.ts';
import { buildDirectory } from '../build/build-directory.ts';
import type { BuildResult } from '../build/build-events.ts';
import { formatDuration } from '../foundation/duration.ts';
import { formatSize } from '../foundation/size.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { quoteCommand } from '../process/run-command.ts';
import { type BootFacts, bootArguments } from './boot-command-line.ts';
import { safeLine } from './safe-text.ts';
import type { Style } from './style.ts';

/** The last lines of a successful build: where the images are, how to look at them and boot them, where the records are. */
export function buildSummary(result: BuildResult, facts: BootFacts | undefined, style: Style): string {
  const directory = buildDirectory(result.directory, result.buildId);
  const [first] = result.artifacts;
  return [
    '',
    style.good(`Built ${safeLine(result.name)} in ${formatDuration(result.seconds)}.`),
    '',
    ...result.artifacts.map((artifact) => imageLine(artifact, style)),
    `Manifest  ${safeLine(result.manifestPath)}`,
    `Logs      ${safeLine(directory.logs)}`,
    ...(first === undefined ? [] : commandLines(first, facts, style)),
    '',
  ].join('\n');
}

function imageLine(artifact: Artifact, style: Style): string {
  const sizes = `${artifact.format}, ${formatSize(artifact.size)}, virtual size ${formatSize(artifact.virtualSize)}`;
  return `Image     ${style.bold(safeLine(artifact.path))} (${sizes})`;
}

function commandLines(artifact: Artifact, facts: BootFacts | undefined, style: Style): string[] {
  const look = quoteCommand('qemu-img', ['info', artifact.path]);
  const boot = facts && quoteCommand(facts.emulator, bootArguments(facts, artifact));
  return [
    '',
    style.faint('Look at it:'),
    `  ${safeLine(look)}`,
    ...(boot === undefined
      ? []
      : [style.faint('Boot it without changing it (Ctrl-A X ends QEMU):'), `  ${safeLine(boot)}`]),
  ];
}

/** The plan a build saved beside its logs. */
export async function savedPlan(result: Pick<BuildResult, 'directory' | 'buildId'>): Promise<BuildPlan> {
  const { planFile } = buildDirectory(result.directory, result.buildId);
  return JSON.parse(await readFile(planFile, 'utf8')) as BuildPlan;
}
