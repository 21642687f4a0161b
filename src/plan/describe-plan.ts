import { formatDuration } from '../foundation/duration.ts';
import { formatSize } from '../foundation/size.ts';
import type { MediaSource } from '../media/install-media.ts';
import type { SecretRef } from '../spec/build-spec.ts';
import type { BuildPlan } from './build-plan.ts';

/** Names from outside may hold line breaks or terminal control sequences; quoted when they do. */
function safe(text: string): string {
  return /[\u0000-\u001f\u007f-\u009f]/.test(text) ? JSON.stringify(text) : text;
}

function cpuLine({ cpu, vcpus }: BuildPlan): string {
  const features = cpu.features.map(({ name, policy }) => `${policy === 'disable' ? '-' : '+'}${name}`);
  return [`${vcpus} × ${cpu.model ?? cpu.mode}`, ...features].join(' ');
}

function mediaLine({ kind, from, pin, kernel, initrd }: MediaSource): string {
  const inside = kernel === undefined ? '' : ` (kernel ${kernel}, initrd ${initrd ?? '?'})`;
  return `${kind} ${from}${inside}${pin ? ` ${pin.algorithm}:${pin.digest.slice(0, 12)}…` : ''}`;
}

function firmwareLine({ firmware }: BuildPlan): string {
  if (firmware.kind === 'bios') return 'BIOS';
  return `UEFI${firmware.secureBoot ? ' with secure boot' : ''} (${firmware.code})`;
}

function diskLine({ disk: { sizeBytes, bus, target } }: BuildPlan): string {
  return `${sizeBytes === undefined ? "as large as the image's" : formatSize(sizeBytes)} on ${bus} (${target})`;
}

function withoutScript({ media }: BuildPlan): string {
  return media[0]?.kind === 'import' ? 'none; nothing is installed' : 'none; the media bring their own';
}

function passwordLine(secret: SecretRef | undefined): string {
  if (secret === undefined) return 'locked';
  return 'file' in secret ? `from file ${secret.file}` : `from environment variable ${secret.env}`;
}

function outputLine(output: BuildPlan['outputs'][number]): string {
  const compression = output.compression === undefined ? '' : ` (${output.compression})`;
  return `${output.format}${compression}${output.fileName === undefined ? '' : ` as ${output.fileName}`}`;
}

/** The plan for people: one line a choice, words aligned. For programs a plan is JSON already. */
export function describePlan(plan: BuildPlan): string {
  const [first, ...others] = plan.media.map(mediaLine);
  const { script, bootCheck, limits } = plan;
  const rows: readonly (readonly [label: string, value: string])[] = [
    ['Build', plan.name],
    ['System', plan.os ?? 'as the media tell'],
    ['Accelerator', `${plan.accelerator} (${plan.acceleratorWhy})`],
    ['CPU', cpuLine(plan)],
    ['Memory', `${plan.memoryMiB} MiB`],
    ['Machine', `${plan.machine}, ${firmwareLine(plan)}`],
    ['Disk', diskLine(plan)],
    ['Network', plan.network],
    ['Media', first ?? 'none'],
    ...others.map((line) => ['or', line] as const),
    ['Script', script ? `${script.kind} ${script.path}, injected: ${script.inject}` : withoutScript(plan)],
    ['Root password', passwordLine(plan.rootPassword)],
    ...Object.entries(plan.variables).map(([name, value]) => ['Variable', `${name} = ${value}`] as const),
    ['Arguments', plan.kernelArguments.join(' ') || "the media's own"],
    ['Outputs', plan.outputs.map(outputLine).join(', ')],
    [
      'Boot check',
      bootCheck.enabled
        ? `waits for /${bootCheck.pattern}/, at most ${formatDuration(bootCheck.limitSeconds)}`
        : 'off',
    ],
    [
      'Limits',
      `${formatDuration(limits.totalSeconds)} in all, ${formatDuration(limits.stallSeconds)} without progress`,
    ],
    ['Templates', plan.templates.map(({ name }) => name).join(' ← ') || 'none'],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${safe(value)}`).join('\n');
}
