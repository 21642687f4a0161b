import { readFile } from 'node:fs/promises';
import type { Artifact } from '../artifact/artifact.ts';
import { buildDirectory } from '../build/build-directory.ts';
import type { BuildResult, BuiltMachine, MachineResult } from '../build/build-events.ts';
import { formatDuration } from '../foundation/duration.ts';
import { formatSize } from '../foundation/size.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { quoteCommand } from '../process/run-command.ts';
import { formatWord } from '../qemu-img/disk-format.ts';
import { type BootFacts, type BootImage, bootArguments, bootImageOf } from './boot-command-line.ts';
import { publicationText } from './publication-text.ts';
import { safeLine } from './safe-text.ts';
import type { Style } from './style.ts';

/**
 * The last lines of a successful build: where the images are, how to look at them and boot them, where the records are.
 * @param login what keeps one from logging in
 */
export function buildSummary(
  result: BuildResult | MachineResult,
  facts: BootFacts | undefined,
  style: Style,
  login?: string,
): string {
  const directory = buildDirectory(result.directory, result.buildId);
  return [
    '',
    style.good(headline(result)),
    '',
    ...result.artifacts.map((artifact) => imageLine(artifact, style)),
    ...(result.manifestPath === undefined ? [] : [`Manifest  ${safeLine(result.manifestPath)}`]),
    `Logs      ${safeLine(directory.logs)}`,
    ...(login === undefined ? [] : [`Login     ${login}`]),
    ...('machine' in result ? machineLines(result.machine, directory.finalXml, style) : []),
    ...commandLines(bootImageOf(result.artifacts), facts, style),
    ...(result.publications ?? []).map((one) => `\n${publicationText(one, style).trimEnd()}`),
    '',
  ].join('\n');
}

/** A guest that Kiln leaves in the middle of its install is not built yet. */
function headline(result: BuildResult | MachineResult): string {
  const isBegun = 'machine' in result && result.machine.state === 'installing';
  const [name, took] = [safeLine(result.name), formatDuration(result.seconds)];
  return isBegun ? `Began to install ${name}, after ${took}.` : `Built ${name} in ${took}.`;
}

const STATES: Readonly<Record<BuiltMachine['state'], string>> = {
  running: 'runs',
  off: 'is defined and off',
  installing: 'goes on installing without Kiln',
  gone: 'was transient and is gone',
};

/** The machine that stays, and how to get at it. */
function machineLines(
  { name, uri, state, privateDaemon }: BuiltMachine,
  definition: string,
  style: Style,
): string[] {
  const line = `Machine   ${style.bold(safeLine(name))} ${STATES[state]}`;
  if (state === 'gone') return [line];
  if (state === 'off' && privateDaemon) {
    const why =
      "Kiln's own libvirtd, which knows it, runs only as long as Kiln or a guest does. Where the host runs one:";
    return [line, `  ${style.faint(why)}`, `  ${safeLine(quoteCommand('virsh', ['define', definition]))}`];
  }
  const order = state === 'off' ? 'start' : 'console';
  return [line, `  ${safeLine(quoteCommand('virsh', ['-c', uri, order, name]))}`];
}

function imageLine(artifact: Artifact, style: Style): string {
  const sizes = `${formatWord(artifact.format)}, ${formatSize(artifact.size)}, virtual size ${formatSize(artifact.virtualSize)}`;
  return `Image     ${style.bold(safeLine(artifact.path))} (${sizes})`;
}

function commandLines(image: BootImage | undefined, facts: BootFacts | undefined, style: Style): string[] {
  if (image === undefined) return [];
  const look = quoteCommand('qemu-img', ['info', image.path]);
  const boot = facts && quoteCommand(facts.emulator, bootArguments(facts, image));
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
