import { formatDuration } from '../foundation/duration.ts';
import { SpecError } from '../foundation/errors.ts';
import { formatSize } from '../foundation/size.ts';
import type { MediaSource } from '../media/install-media.ts';
import { publicFrom } from '../media/public-url.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import type { BuildOptionValues } from './build-options.ts';
import { buildRequest } from './build-request.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { buildContext } from './command-context.ts';
import { listenForInterruption } from './interruption.ts';
import { safeLine, safeText } from './safe-text.ts';
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
  const { planBuild } = await import('../build/plan-build.ts');
  const interruption = listenForInterruption(io, (line) => io.err.write(`${line}\n`));
  const logger = cliLogger(io.err, options.verbose === true);
  try {
    const { plan, xml } = await planBuild(request, buildContext(io, { logger, signal: interruption.signal }));
    if (options.xml) io.out.write(`${safeText(xml).trimEnd()}\n`);
    else if (options.json) io.out.write(`${JSON.stringify(plan, null, 2)}\n`);
    else io.out.write(planText(plan, styleFor(io.out)));
  } finally {
    interruption.end();
  }
}

/** One line a choice. */
export function planText(plan: BuildPlan, style: Style): string {
  const rows: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Name', plan.name],
    ['Templates', plan.templates.map(({ name }) => name).join(' → ') || undefined],
    ['OS', plan.os ?? 'unknown'],
    ['Accelerator', `${plan.accelerator} (${plan.acceleratorWhy})`],
    ['Machine', `${plan.arch} ${plan.machine}, ${firmwareText(plan)}`],
    ['CPU', cpuText(plan)],
    ['Memory', `${plan.memoryMiB} MiB`],
    ['Disk', diskText(plan)],
    ['Network', plan.network],
    ...plan.media.map((media, index) => [index === 0 ? 'Media' : '  or', mediaText(media)] as const),
    ['Script', plan.script && `${plan.script.path} (${plan.script.kind} by ${plan.script.inject})`],
    [
      'Variables',
      Object.entries(plan.variables)
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ') || undefined,
    ],
    ['Root password', passwordText(plan)],
    ['Kernel line', plan.kernelArguments.join(' ') || undefined],
    ['Outputs', plan.outputs.map(outputText).join(', ')],
    ['Boot check', plan.bootCheck.enabled ? `waits for /${plan.bootCheck.pattern}/` : 'off'],
    ['Limits', limitsText(plan)],
  ];
  const lines = rows.flatMap(([label, value]) =>
    value === undefined ? [] : [`${style.bold(label.padEnd(14))} ${safeLine(value)}`],
  );
  return `${lines.join('\n')}\n`;
}

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
    pin && `${pin.algorithm} ${pin.digest.slice(0, 16)}…`,
  ];
  return parts.filter(Boolean).join(', ');
}

function passwordText({ script, rootPassword: secret }: BuildPlan): string | undefined {
  if (secret === undefined) return script && 'none: the account is locked';
  return 'file' in secret ? `from the file ${secret.file}` : `from the variable ${secret.env}`;
}

function outputText(output: BuildPlan['outputs'][number]): string {
  const compression = 'compression' in output ? output.compression : undefined;
  return compression === undefined ? output.format : `${output.format} (${compression})`;
}

function limitsText({ limits }: BuildPlan): string {
  return `${formatDuration(limits.totalSeconds)} in all, ${formatDuration(limits.stallSeconds)} without progress`;
}
