import type { PlannedBuild } from '../build/plan-build.ts';
import { publicPlan } from '../build/write-plan.ts';
import { formatDuration } from '../foundation/duration.ts';
import { SpecError } from '../foundation/errors.ts';
import { publicFrom, publicText } from '../foundation/public-url.ts';
import { formatSize } from '../foundation/size.ts';
import { findingText } from '../install-script/prepare-script.ts';
import { addedArguments } from '../media/added-arguments.ts';
import type { MediaSource } from '../media/install-media.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { targetName } from '../publish/publish-target.ts';
import { formatWord } from '../qemu-img/disk-format.ts';
import type { BuildOptionValues } from './build-options.ts';
import { buildRequest } from './build-request.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { listenForInterruption } from './interruption.ts';
import { checkJunitFile } from './junit-file.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

/** `kiln plan`: every choice a build would make, as text, JSON or libvirt XML. */
export async function runPlan(
  target: string | undefined,
  options: BuildOptionValues,
  io: CliIo,
): Promise<void> {
  if (options.json && options.xml) {
    throw new SpecError('options.invalid', '--json and --xml exclude each other; choose one.');
  }
  const request = buildRequest(target, options);
  await checkJunitFile(options.junit, io);
  const { planBuild } = await import('../build/plan-build.ts');
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const logger = cliLogger(io.err, options.verbose === true);
  try {
    const planned = await planBuild(request, buildContext(io, { logger, signal: interruption.signal }));
    const { xml, script } = planned;
    const plan = publicPlan(planned.plan);
    if (options.xml) io.out.write(`${safeText(publicText(xml)).trimEnd()}\n`);
    else if (options.json) io.out.write(`${safeJson({ ...plan, ...mediaChoice(planned) }, 2)}\n`);
    else io.out.write(planText(plan, styleFor(io.out), planned) + additions(script?.diff));
    for (const notice of planned.notices) io.err.write(`Note: ${safeText(notice)}\n`);
    for (const finding of script?.findings ?? []) {
      if (finding.severity === 'warning')
        io.err.write(`${safeText(findingText(plan.script?.path ?? '', finding))}\n`);
    }
  } finally {
    interruption.end();
  }
}

/** Of several media, for programs; without what was read of the one taken. */
function mediaChoice({ choice }: PlannedBuild): object {
  if (choice === undefined) return {};
  const { taken, why } = choice;
  return { mediaChoice: { ...(taken === undefined ? {} : { taken: publicFrom(taken.from) }), why } };
}

function additions(diff = ''): string {
  return diff === '' ? '' : `\nAdded to the install script:\n${safeText(diff)}\n`;
}

/**
 * One line a choice.
 * @param known `isWholeLine`: what the media add to the kernel's command line is among the plan's arguments; `choice`: of several media
 */
export function planText(
  plan: BuildPlan,
  style: Style,
  { isWholeLine = false, choice }: Partial<Pick<PlannedBuild, 'isWholeLine' | 'choice'>> = {},
): string {
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Name', plan.name],
    ['Templates', plan.templates.map(({ name }) => name).join(' → ') || undefined],
    ['OS', plan.os ?? 'unknown'],
    ['Accelerator', `${plan.accelerator} (${plan.acceleratorWhy})`],
    ['Machine', `${plan.arch} ${plan.machine}, ${firmwareText(plan)}`],
    ['CPU', cpuText(plan)],
    ['Memory', `${plan.memoryMiB} MiB`],
    ['Disk', diskText(plan)],
    ['Loader', plan.loader && LOADER_TEXT[plan.loader]],
    ['Network', plan.network],
    ...plan.media.map((media, index) => [index === 0 ? 'Media' : '  or', mediaText(media)] as const),
    ['Taken', choice?.why],
    ['Script', plan.script && `${plan.script.path} (${plan.script.kind} by ${plan.script.inject})`],
    [
      'Variables',
      Object.entries(plan.variables)
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ') || undefined,
    ],
    ['Root password', passwordText(plan)],
    ['Kernel line', plan.kernelArguments.join(' ') || undefined],
    ...plan.media.map(
      (media, index) =>
        [index === 0 ? 'Media add' : '  or', isWholeLine ? undefined : mediaAddText(media, plan)] as const,
    ),
    ['Outputs', plan.outputs.map(outputText).join(', ')],
    ['Publish', plan.publish?.map(targetName).join(', ')],
    ['Boot check', bootCheckText(plan)],
    ['Limits', limitsText(plan)],
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${style.bold(label.padEnd(14))} ${safeLine(value)}`],
  );
  return `${lines.join('\n')}\n`;
}

const LOADER_TEXT: Readonly<Record<NonNullable<BuildPlan['loader']>, string>> = {
  ipxe: 'iPXE: the firmware boots an ISO of this build, which loads kernel, initrd and script over HTTP',
};

const mediaAddText = (media: MediaSource, plan: BuildPlan): string | undefined =>
  addedArguments(media, { mayBeAnaconda: mayBeAnaconda(plan), loader: plan.loader });

/** Other installers' scripts tell that it is not. */
const mayBeAnaconda = ({ script }: BuildPlan): boolean => script === undefined || script.kind === 'kickstart';

function firmwareText({ firmware }: BuildPlan): string {
  if (firmware.kind === 'bios') return 'BIOS';
  return `UEFI${firmware.secureBoot ? ' with Secure Boot' : ''} (${firmware.code})`;
}

function cpuText({ cpu, vcpus }: BuildPlan): string {
  const features = cpu.features.map(({ name, policy }) => `${policy === 'require' ? '+' : '-'}${name}`);
  return [`${vcpus} × ${cpu.model ?? cpu.mode}`, ...features].join(' ');
}

function diskText({ disk: { sizeBytes, bus, target } }: BuildPlan): string {
  return `${sizeBytes === undefined ? "as large as the image's" : formatSize(sizeBytes)} on ${bus} (${target})`;
}

function mediaText({ kind, from, kernel, initrd, pin }: MediaSource): string {
  const parts = [
    `${kind} ${publicFrom(from)}`,
    kernel && `kernel ${kernel}`,
    initrd && `initrd ${initrd}`,
    pin && `${pin.algorithm} ${pin.digest.slice(0, 16)}… (compared by the build)`,
  ];
  return parts.filter(Boolean).join(', ');
}

function passwordText({ script, rootPassword: secret }: BuildPlan): string | undefined {
  if (secret === undefined) return script && 'none: with {{root_password_hash}} the account is locked';
  return 'file' in secret ? `from the file ${secret.file}` : `from the variable ${secret.env}`;
}

function outputText(output: BuildPlan['outputs'][number]): string {
  const { format, compression, imageKind } = output;
  const more = [imageKind, compression].filter((word) => word !== undefined);
  const word = formatWord(format);
  return more.length === 0 ? word : `${word} (${more.join(', ')})`;
}

function bootCheckText({ bootCheck: { enabled, pattern, limitSeconds } }: BuildPlan): string {
  return enabled ? `waits for /${pattern}/, at most ${formatDuration(limitSeconds)}` : 'off';
}

function limitsText({ limits }: BuildPlan): string {
  return `${formatDuration(limits.totalSeconds)} in all, ${formatDuration(limits.stallSeconds)} without progress`;
}
